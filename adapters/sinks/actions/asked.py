"""What an action is asked to do: by a message of an export mapping, or by a CDEvent and the sink's own templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson

from adapters.errors import PermanentError
from adapters.mapping.failures import Failure
from adapters.mapping.within import Check
from adapters.model import Format, Message
from adapters.settings import Settings, told

Asked = TypeVar("Asked")
Body = TypeVar("Body", bound=Settings)


def asking(
    of_event: Callable[[Mapping[str, Any]], Asked] | None, of_message: Callable[[Message], Asked]
) -> Callable[[Message], Asked]:
    """What reads of a message what to do; raises PermanentError where it cannot be told.

    `of_event` makes it of a CDEvent's document, where the sink has templates for that.
    """

    def asked(message: Message) -> Asked:
        if message.format is Format.MAPPED:
            return of_message(message)
        if message.format is not Format.CDEVENTS:
            raise PermanentError("an action takes CDEvents, and this route is of legacy events")
        if of_event is None:
            raise PermanentError("the sink does not say what to do for a CDEvent: let its route be of 'format: mapped'")
        return of_event(orjson.loads(message.data))

    return asked


def body(model: type[Body], message: Message) -> Body:
    """The body of an export mapping's message; raises PermanentError where it is not what the action takes."""
    try:
        return model.model_validate_json(message.data)
    except ValueError as error:
        first = told(error)[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise PermanentError(f"the message is not what the action takes: {where}: {first['msg']}") from None


def kept(check: Check, made: str) -> str:
    """A place that a message names; raises PermanentError where it leads elsewhere."""
    try:
        return check(made)
    except Failure as failure:
        raise PermanentError(f"the event cannot be acted on: {failure}") from None

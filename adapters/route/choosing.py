"""A route's own condition: which of the messages that it would publish it does. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from adapters.mapping.failures import Failure
from adapters.mapping.scope import scope
from adapters.mapping.when import when
from adapters.model import Message, Record
from adapters.route.rendered import Render, Rendered


def choosing(render: Render, condition: Mapping[str, Any]) -> Render:
    """Renders as `render` does, and leaves out the messages for which a `when:` does not hold.

    It is asked of a message's data: the CDEvent, or what the tool said where that is JSON; of anything else, every
    path is missing. A message of which it cannot be decided is an error of its record. Raises ValueError for a
    condition that cannot be compiled.
    """
    holds = when(condition).holds

    def chosen(record: Record, rendered: Rendered) -> Rendered:
        messages, errors, left_out = [], [*rendered.errors], rendered.left_out
        for message in rendered.messages:
            try:
                if holds(scope(_read(message), record.notification)):
                    messages.append(message)
                else:
                    left_out += 1
            except Failure as failure:
                errors.append(f"the route's when: {failure}")
        return rendered._replace(messages=tuple(messages), errors=tuple(errors), left_out=left_out)

    def pieces(record: Record, size: int) -> Iterator[Rendered]:
        return (chosen(record, each) for each in render.pieces(record, size))

    return Render(pieces) if condition else render


def _read(message: Message) -> Any:
    try:
        return orjson.loads(message.data)
    except orjson.JSONDecodeError:
        return None

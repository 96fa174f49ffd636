"""Messages as rows of a store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from adapters.errors import PermanentError
from adapters.model import Format, Message
from adapters.store.rows import EventRow, LinkRow, event_row, link_rows

_NUL, _INSTEAD = "\0", "\N{REPLACEMENT CHARACTER}"


class Rows:
    """The rows of some messages, up to the first that has none."""

    def __init__(self, batch: Sequence[Message]) -> None:
        self.events: list[EventRow] = []
        self.links: list[LinkRow] = []
        self.failure: PermanentError | None = None
        for index, message in enumerate(batch):
            try:
                self._add(message)
            except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
                self.failure = PermanentError(f"a store cannot take this event: {error!r}", delivered=index)
                break

    def _add(self, message: Message) -> None:
        if message.format is not Format.CDEVENTS:
            raise ValueError("it is a legacy event, and a store keeps CDEvents")
        document = orjson.loads(message.data)
        text = message.data.decode()
        if "\\u0000" in text:
            document = _without_nul(document)
            text = orjson.dumps(document).decode()
        row = event_row(document, text)
        self.events.append(row)
        self.links.extend(link_rows(document, row))


def _without_nul(value: Any) -> Any:
    """A JSON value with another character for U+0000, which no text of PostgreSQL can have."""
    if isinstance(value, str):
        return value.replace(_NUL, _INSTEAD)
    if isinstance(value, list):
        return [_without_nul(each) for each in value]
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(each) for name, each in value.items()}
    return value

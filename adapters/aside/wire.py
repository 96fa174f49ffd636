"""What goes to the process that renders, and comes back, as the plain values of `child.frames`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from adapters.child.frames import Value
from adapters.model import NOWHERE, Encoding, Format, Message, Notification, Place, Record
from adapters.route.rendered import Rendered

_FORMATS = {str(each): each for each in Format}
_ENCODINGS = {str(each): each for each in Encoding}


def asked(route: str, records: Sequence[Record]) -> Value:
    """What asks how a route renders records."""
    return route, [_plain(record) for record in records]


def records(asked_for: Iterable[Any]) -> Iterator[Record]:
    """The records that are asked for."""
    for seq, source, body, heard, headers, position in asked_for:
        yield Record(seq, Notification(source, body, datetime.fromtimestamp(heard, UTC), headers, position))


def answer(made: Iterable[Rendered | None]) -> Value:
    """What answers; None is of a record that is not rendered there."""
    return [each and _answered(each) for each in made]


def rendered(answered: Iterable[Any]) -> list[Rendered | None]:
    """What is answered."""
    return [each and Rendered(tuple(map(_message, each[0])), *each[1:]) for each in answered]


def _plain(record: Record) -> tuple[Any, ...]:
    source, body, heard, headers, position = record.notification
    return record.seq, source, body, heard.timestamp(), dict(headers), position


def _answered(made: Rendered) -> tuple[Any, ...]:
    messages, *others = made
    return [_said(message) for message in messages], *others


def _said(message: Message) -> tuple[Any, ...]:
    format_, encoding, attributes, data, place = message
    return str(format_), str(encoding), dict(attributes), data, None if place is NOWHERE else _placed(place)


def _placed(place: Place) -> tuple[Any, ...]:
    return place.topic, place.method, place.path, dict(place.headers)


def _message(said: tuple[Any, ...]) -> Message:
    format_, encoding, attributes, data, place = said
    where = NOWHERE if place is None else Place(*place)
    return Message(_FORMATS[format_], _ENCODINGS[encoding], attributes, data, where)

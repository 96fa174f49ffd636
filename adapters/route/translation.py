"""Translating a record: once for all routes that come by it at about the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import orjson

from adapters.cdevents.joined import Joined, joined
from adapters.errors import MappingError
from adapters.mapping.translator import Translation
from adapters.model import JOINED, Notification, Record

LATEST = 512
"""How many translations are remembered: two routes that read in batches of 100 are seldom further apart."""


LATEST_BYTES = 4 << 20
"""And of how many bytes of bodies, at most: what is made of them is several times as large."""


class Translates(Protocol):
    """What a route needs of a translator; `name` is its mapping's, such as `jenkins/notification`."""

    @property
    def name(self) -> str: ...  # noqa: D102 - said above

    def translate(self, notification: Notification) -> Translation:
        """The notification's CDEvents; raises MappingError when nothing of it can be read."""

    def stream(self, notification: Notification, size: int) -> Iterator[Translation]:
        """The same in pieces of so many CDEvents, made as they are asked for; at least one."""


Translate = Callable[[Translates, Record], Translation]
"""Translates a record; that nothing of it can be read is one of the translation's errors."""


def translated(translator: Translates, record: Record) -> Translation:
    """The translation, made anew."""
    return _translated(translator, record.notification)


def streamed(translator: Translates, record: Record, size: int) -> Iterator[Translation]:
    """The translation in pieces, made anew."""
    try:
        for piece in translator.stream(record.notification, size):
            yield _joined(piece, record.notification)
    except MappingError as error:
        yield Translation(errors=(str(error),))


def _translated(translator: Translates, notification: Notification) -> Translation:
    try:
        return _joined(translator.translate(notification), notification)
    except MappingError as error:
        return Translation(errors=(str(error),))


def _joined(translation: Translation, notification: Notification) -> Translation:
    """With what the sidecar knew of the events when it heard of them."""
    if (text := notification.headers.get(JOINED)) is None:
        return translation
    found = {id_: Joined(**added) for id_, added in orjson.loads(text).items()}
    events = (joined(each, found[each.id]) if each.id in found else each for each in translation.events)
    return translation._replace(events=tuple(events))


class Remembered:
    """Translates records of one log, and remembers the latest: the other routes of a record take it from there."""

    def __init__(self) -> None:
        self._latest: dict[int, tuple[Translates, Translation, int]] = {}
        self._bytes = 0
        self._ahead: tuple[Translates, Notification, Translation] | None = None

    def ahead(self, translator: Translates, notification: Notification) -> None:
        """Translates what is on its way to the log, for its record."""
        self._ahead = translator, notification, _translated(translator, notification)

    def __call__(self, translator: Translates, record: Record) -> Translation:
        """The translation, made anew where another translator, or none, has made it lately."""
        if (ahead := self._ahead) is not None and ahead[0] is translator and ahead[1] is record.notification:
            return ahead[2]
        made = self._latest.get(record.seq)
        if made is not None and made[0] is translator:
            return made[1]
        translation = translated(translator, record)
        self._remember(record.seq, translator, translation, len(record.notification.body))
        return translation

    def _remember(self, seq: int, translator: Translates, translation: Translation, size: int) -> None:
        self._bytes += size - self._latest.pop(seq, (None, None, 0))[2]
        self._latest[seq] = translator, translation, size
        while len(self._latest) > LATEST or self._bytes > LATEST_BYTES:
            self._bytes -= self._latest.pop(next(iter(self._latest)))[2]

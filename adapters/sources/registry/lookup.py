"""Notifications with what the registry says of the images they are about: translation then needs to ask nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock
from typing import Any

import orjson
import structlog

from adapters.logs import Seldom
from adapters.mapping.translator import Translator
from adapters.model import LARGE, LOOKED_UP, Checkpoint, Notification, Receive
from adapters.sources.registry.answers import ArtifactUnreadable, NoSuchArtifact, RegistrySilent
from adapters.sources.registry.api import Registry
from adapters.sources.registry.artifact import Artifact, named
from adapters.sources.registry.settings import RegistryApi

REMEMBERED = 10_000
"""Artifacts of which is known what they are without asking again: one is its digest, and never changes."""

PAUSE = 10.0
"""Seconds for which a registry is not asked after it gave no answer: what it is asked for waits for it."""

Clock = Callable[[], float]

_log = structlog.get_logger(__name__)


def looked_up(
    receive: Receive,
    source: str,
    settings: RegistryApi,
    translator: Callable[[], Translator | None],
    clock: Clock = time.monotonic,
) -> Receive:
    """Hands on what it is given, each notification with what is known of its images, where that can be had in time.

    What cannot be had is left out, and said in the log: a notification never waits for longer, nor is it lost.
    """
    known = Known(source, settings, clock)

    async def complete(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        images = [_images(translator(), each) for each in notifications]
        if wanted := set[str]().union(*images):
            found = await asyncio.to_thread(known.of, wanted)
            notifications = [_with(*each, found) for each in zip(notifications, images, strict=True)]
        await receive(notifications, checkpoints)

    return complete


class Known:
    """What is known of artifacts, and whom to ask about others. Blocks; any thread may ask."""

    def __init__(self, source: str, settings: RegistryApi, clock: Clock = time.monotonic) -> None:
        self._source, self._timeout, self._clock = source, settings.timeout, clock
        self._registry = Registry(settings)
        self._known: dict[Artifact, Mapping[str, Any]] = {}
        self._lock, self._seldom = Lock(), Seldom()
        self._silent_until = 0.0

    def of(self, images: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """What `Registry.told` tells, by package URL; after `timeout` seconds it asks for no more."""
        until = self._clock() + self._timeout
        wanted = {purl: found for purl in sorted(images) if (found := named(purl))}
        return {purl: told for purl, each in wanted.items() if (told := self._told(each, until))}

    def _told(self, wanted: Artifact, until: float) -> Mapping[str, Any]:
        if wanted not in self._known and self._silent_until <= self._clock() < until:
            return self._ask(wanted)
        return self._known.get(wanted, {})

    def _ask(self, wanted: Artifact) -> Mapping[str, Any]:
        """What is told before something goes wrong; what may go better the next time is not remembered."""
        told: dict[str, Any] = {}
        try:
            for piece in self._registry.told(wanted):
                told |= piece
        except NoSuchArtifact:
            return told
        except ArtifactUnreadable as error:
            if self._seldom.allows("unreadable"):
                _log.warning("the registry does not tell of an image", source=self._source, reason=str(error))
        except RegistrySilent as error:
            self._silent_until = self._clock() + PAUSE
            _log.warning("the registry does not answer", source=self._source, reason=str(error), again_in=PAUSE)
            return told
        if wanted.lasting:
            self._remember(wanted, told)
        return told

    def _remember(self, wanted: Artifact, told: Mapping[str, Any]) -> None:
        with self._lock:
            if len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[wanted] = told


def _images(translator: Translator | None, notification: Notification) -> set[str]:
    """The images that it is about; of a large one none, for to read it takes longer than others should wait."""
    if len(notification.body) > LARGE:
        _log.info("a registry is not asked about a large notification", source=notification.source)
        return set()
    return translator.images(notification) if translator else set()


def _with(notification: Notification, images: Collection[str], found: Mapping[str, Mapping[str, Any]]) -> Notification:
    told = {purl: found[purl] for purl in sorted(images) if purl in found}
    if not told:
        return notification
    return notification._replace(headers={**notification.headers, LOOKED_UP: orjson.dumps(told).decode()})

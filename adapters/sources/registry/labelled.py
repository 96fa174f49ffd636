"""Notifications with the labels of the images they are about: translation then needs to ask nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock

import orjson
import structlog

from adapters.logs import Seldom
from adapters.mapping.translator import Translator
from adapters.model import IMAGE_LABELS, Checkpoint, Notification, Receive
from adapters.sources.registry.api import LabelsUnreadable, NoSuchImage, Registry, RegistrySilent
from adapters.sources.registry.image import Image, named
from adapters.sources.registry.settings import RegistryApi

REMEMBERED = 10_000
"""Images whose labels are known without asking again: an image is its digest, and never changes."""

PAUSE = 10.0
"""Seconds for which a registry is not asked after it gave no answer: what it is asked for waits for it."""

Clock = Callable[[], float]

_log = structlog.get_logger(__name__)


def labelled(
    receive: Receive,
    source: str,
    settings: RegistryApi,
    translator: Callable[[], Translator | None],
    clock: Clock = time.monotonic,
) -> Receive:
    """Hands on what it is given, each notification with the labels of its images where they can be had in time.

    What cannot be had is left out, and said in the log: a notification never waits for longer, nor is it lost.
    """
    known = Labels(source, settings, clock)

    async def complete(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        images = [_images(translator(), each) for each in notifications]
        if wanted := set[str]().union(*images):
            found = await asyncio.to_thread(known.of, wanted)
            notifications = [_with(*each, found) for each in zip(notifications, images, strict=True)]
        await receive(notifications, checkpoints)

    return complete


class Labels:
    """What is known of images, and whom to ask about others. Blocks; any thread may ask."""

    def __init__(self, source: str, settings: RegistryApi, clock: Clock = time.monotonic) -> None:
        self._source, self._timeout, self._clock = source, settings.timeout, clock
        self._registry = Registry(settings)
        self._known: dict[Image, Mapping[str, str]] = {}
        self._lock, self._seldom = Lock(), Seldom()
        self._silent_until = 0.0

    def of(self, images: Collection[str]) -> dict[str, Mapping[str, str]]:
        """The labels of the images that have any, by package URL; after `timeout` seconds it asks for no more."""
        until = self._clock() + self._timeout
        wanted = {purl: found for purl in sorted(images) if (found := named(purl))}
        return {purl: labels for purl, each in wanted.items() if (labels := self._labels(each, until))}

    def _labels(self, wanted: Image, until: float) -> Mapping[str, str]:
        if wanted not in self._known and self._silent_until <= self._clock() < until:
            self._ask(wanted)
        return self._known.get(wanted, {})

    def _ask(self, wanted: Image) -> None:
        try:
            self._remember(wanted, self._registry.labels(wanted))
        except NoSuchImage:
            return
        except LabelsUnreadable as error:
            if self._seldom.allows("unreadable"):
                _log.warning("no labels of an image", source=self._source, reason=str(error))
        except RegistrySilent as error:
            self._silent_until = self._clock() + PAUSE
            _log.warning("no labels of images", source=self._source, reason=str(error), again_in=PAUSE)

    def _remember(self, wanted: Image, labels: Mapping[str, str]) -> None:
        with self._lock:
            if len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[wanted] = labels


def _images(translator: Translator | None, notification: Notification) -> set[str]:
    return translator.images(notification) if translator else set()


def _with(notification: Notification, images: Collection[str], found: Mapping[str, Mapping[str, str]]) -> Notification:
    labels = {purl: found[purl] for purl in sorted(images) if purl in found}
    if not labels:
        return notification
    return notification._replace(headers={**notification.headers, IMAGE_LABELS: orjson.dumps(labels).decode()})

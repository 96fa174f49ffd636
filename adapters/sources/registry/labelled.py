"""Notifications with the labels of the images they are about: translation then needs to ask nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache

import orjson
import structlog

from adapters.logs import Seldom
from adapters.mapping.translator import Translator
from adapters.model import IMAGE_LABELS, Checkpoint, Notification, Receive
from adapters.sources.registry.api import Image, NoSuchImage, Registry, RegistrySilent, image
from adapters.sources.registry.settings import RegistryApi

REMEMBERED = 10_000
"""Images whose labels are known without asking again: an image is its digest, and never changes."""

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
        self._labels = lru_cache(REMEMBERED)(Registry(settings).labels)
        self._seldom = Seldom()

    def of(self, images: Collection[str]) -> dict[str, Mapping[str, str]]:
        """The labels of those of the images, by package URL, that have any; asks for `timeout` seconds in all."""
        until = self._clock() + self._timeout
        asked = {purl: wanted for purl in sorted(images) if (wanted := image(purl))}
        return {purl: found for purl, wanted in asked.items() if self._clock() < until and (found := self._ask(wanted))}

    def _ask(self, wanted: Image) -> Mapping[str, str]:
        try:
            return self._labels(wanted)
        except NoSuchImage:
            return {}
        except RegistrySilent as error:
            if self._seldom.allows("labels"):
                _log.warning("no labels of an image", source=self._source, reason=str(error))
            return {}


def _images(translator: Translator | None, notification: Notification) -> set[str]:
    return translator.images(notification) if translator else set()


def _with(notification: Notification, images: Collection[str], found: Mapping[str, Mapping[str, str]]) -> Notification:
    labels = {purl: found[purl] for purl in sorted(images) if purl in found}
    if not labels:
        return notification
    return notification._replace(headers={**notification.headers, IMAGE_LABELS: orjson.dumps(labels).decode()})

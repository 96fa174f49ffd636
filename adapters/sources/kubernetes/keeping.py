"""What is known of the objects of one list, in the journal's checkpoint: with what is told of them, all or none."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from adapters.errors import JournalUnavailable
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.kubernetes.api import Json
from adapters.sources.kubernetes.helm import of_helm
from adapters.sources.patience import Sleep, patient

NAME = ("namespace", "name")
"""What an object is called, in its metadata."""

SELDOM = timedelta(seconds=10)
"""How often a position is written that nothing comes with: what is then watched again tells nothing new."""

_BULK = ("managedFields",)
_COPY = "kubectl.kubernetes.io/last-applied-configuration"
_SECRET = ("data", "stringData")


class Kept:
    """By the uid of an object, any JSON object; and the resourceVersion up to which all is known (see Follower)."""

    def __init__(self, context: Context, list_: str, receive: Receive, sleep: Sleep) -> None:
        self._context, self._list, self._receive, self._sleep = context, list_, receive, sleep
        before = f"{list_}#"
        self.position = context.checkpoints.get(list_)
        self._moved = datetime.min.replace(tzinfo=UTC)
        # As text, for there are many and few are looked at.
        self._known = {
            key.removeprefix(before): text for key, text in context.checkpoints.items() if key.startswith(before)
        }

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._known))

    def of(self, uid: str) -> Json | None:
        """What is known of an object; None if nothing is."""
        text = self._known.get(uid)
        return None if text is None else orjson.loads(text)

    async def keep(
        self, documents: Sequence[Json], known: Mapping[str, Json | None], position: str | None = None
    ) -> None:
        """Returns when all is on disk; a journal that cannot take it now is tried again for as long as it takes.

        `documents` are told; `known` is by uid, None for what is not known any more; the position stays without one.
        """
        now, name = self._context.clock(), self._context.name
        if not documents and not known and position and now - self._moved < SELDOM:
            self.position = position
            return
        notifications = [Notification(name, orjson.dumps(each), now) for each in documents]
        texts = {uid: None if each is None else orjson.dumps(each).decode() for uid, each in known.items()}
        checkpoints = [Checkpoint(name, f"{self._list}#{uid}", text) for uid, text in texts.items()]
        if position is not None:
            checkpoints.append(Checkpoint(name, self._list, position))
        keeping = patient(name, JournalUnavailable, "journal cannot be used", self._sleep)
        await keeping(self._receive, notifications, checkpoints)
        self._known |= {uid: text for uid, text in texts.items() if text is not None}
        for uid in [uid for uid, text in texts.items() if text is None]:
            self._known.pop(uid, None)
        if position is not None:
            self.position, self._moved = position, now


def about(found: Mapping[str, Any]) -> Json:
    """The metadata of what should be an object; empty where it has none."""
    metadata = found.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def uid(found: Mapping[str, Any]) -> str | None:
    """The uid of an object; None for what is none."""
    value = about(found).get("uid")
    return value if isinstance(value, str) and value else None


class News:
    """What is to be told and kept of some objects, of which one may come more than once."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self.documents: list[Json] = []
        self.known: dict[str, Json | None] = {}

    def of(self, key: str) -> Json | None:
        """What is known of an object, as it is by now."""
        return self.known[key] if key in self.known else self._kept.of(key)


class Knowing(ABC):
    """What all Followers have in common: what is known of objects is kept, and what a list does not have is gone."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._listed: set[str] = set()

    @property
    def position(self) -> str | None:
        """As in Follower."""
        return self._kept.position

    async def forget(self) -> None:
        """As in Follower."""
        await self._kept.keep([], {}, "")

    def begin(self) -> None:
        """As in Follower."""
        self._listed.clear()

    async def complete(self, version: str) -> None:
        """As in Follower; what is known and was not listed went while nobody looked."""
        news = News(self._kept)
        for key in self._kept:
            if key not in self._listed:
                self._gone(news, key, {})
        await self._kept.keep(news.documents, news.known, version)

    @abstractmethod
    def _gone(self, news: News, key: str, last: Json) -> None:
        """An object went; `last` is as it was at last, empty where nobody saw."""


def bare(found: Json, kind: str) -> Json:
    """An object without managedFields, the copy of itself that kubectl keeps, and the data of a Secret or of Helm."""
    metadata = {name: value for name, value in about(found).items() if name not in _BULK}
    if isinstance(annotations := metadata.get("annotations"), dict):
        metadata["annotations"] = {name: value for name, value in annotations.items() if name != _COPY}
    hidden = _SECRET if kind == "Secret" or of_helm(found) else ()
    return {**{name: value for name, value in found.items() if name not in hidden}, "metadata": metadata}

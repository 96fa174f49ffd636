"""Any object of any kind: told when something at one of some paths in it becomes something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import orjson

from adapters.mapping.failures import Absent
from adapters.mapping.paths import followed
from adapters.mapping.syntax import members
from adapters.sources.kubernetes.api import Json
from adapters.sources.kubernetes.following import Change
from adapters.sources.kubernetes.helm import kept_by_helm
from adapters.sources.kubernetes.keeping import NAME, Kept, Knowing, News, about, bare, uid
from adapters.sources.kubernetes.settings import Watched

LONGEST = 512
"""Bytes of a value, as JSON, that are kept to be told as the one before; of a longer one its SHA-256 is."""

Show = Callable[[Json], Json]
"""Gives an object without what must not be kept of it; the same one where that is nothing."""


class Changes(Knowing):
    """A Follower, which tells of all that came, changed or went, but not of what was there at the very first.

    Of a value that `show` leaves something out of, only the SHA-256 is kept.
    """

    def __init__(self, watched: Watched, kept: Kept, show: Show) -> None:
        super().__init__(kept)
        self._watched, self._show = watched, show
        self._paths = {path: members(path) for path in watched.changes}

    async def listed(self, objects: Sequence[Json]) -> None:
        """As in Follower."""
        found = [(key, each) for each in objects if (key := uid(each))]
        self._listed.update(key for key, _ in found)
        news = News(self._kept)
        for key, each in found:
            self._compare(news, key, each, first=self.position is None)
        await self._kept.keep(news.documents, news.known)

    async def changed(self, changes: Sequence[Change], version: str) -> None:
        """As in Follower."""
        news = News(self._kept)
        for change in changes:
            if key := uid(change.object):
                if change.type == "DELETED":
                    self._gone(news, key, change.object)
                else:
                    self._compare(news, key, change.object, first=False)
        await self._kept.keep(news.documents, news.known, version)

    def _compare(self, news: News, key: str, found: Json, *, first: bool) -> None:
        known, values = news.of(key), self._values(found)
        before = known["values"] if known else {}
        changed = [path for path in self._paths if before.get(path) != values.get(path)]
        if known and not changed:
            return
        news.known[key] = {**_name(found), "values": values}
        if known:
            news.documents.append(self._told("MODIFIED", found, changed, before))
        elif not first:
            news.documents.append(self._told("ADDED", found, [], {}))

    def _gone(self, news: News, key: str, found: Json) -> None:
        if known := news.of(key):
            last = found or {"metadata": {"uid": key, **{name: known[name] for name in NAME if name in known}}}
            news.known[key] = None
            news.documents.append(self._told("DELETED", last, [], known["values"]))

    def _values(self, found: Json) -> Json:
        plain = bare(found, self._watched.kind)
        shown = self._show(plain)
        values = {path: (followed(plain, steps), followed(shown, steps)) for path, steps in self._paths.items()}
        return {path: _short(*each) for path, each in values.items() if type(each[0]) is not Absent}

    def _told(self, kind: str, found: Json, changed: Sequence[str], before: Json) -> Json:
        """A notification's document; the object has its kind, which lists leave out, and what Helm keeps in it."""
        what = {"apiVersion": self._watched.api_version, "kind": self._watched.kind}
        told = {**what, **bare(found, self._watched.kind), **kept_by_helm(found, self._watched.kind)}
        return {"type": kind, "changed": changed, "before": before, "object": told}


def _name(found: Json) -> Json:
    return {part: value for part in NAME if isinstance(value := about(found).get(part), str)}


def _short(value: Any, shown: Any) -> Any:
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    return value if shown == value and len(text) <= LONGEST else f"sha256:{sha256(text).hexdigest()}"

"""Where each stream is now: under its name or another one, in a copy, or nowhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from adapters.sources.tail.files import Key, Sighting, listed, sighted
from adapters.sources.tail.followed import Followed
from adapters.sources.tail.nearby import Nearby
from adapters.sources.tail.rescue import Rescue
from adapters.sources.tail.shared import Shared
from adapters.sources.tail.strangers import Strangers
from adapters.sources.tail.stream import Stream


class Locator:
    """Keeps the table true to the file system."""

    def __init__(self, shared: Shared) -> None:
        self._shared, self._table, self._handles = shared, shared.table, shared.handles
        self._rescue = Rescue(shared)
        self._strangers = Strangers(shared, self._rescue)
        self._listed: Mapping[Key, Sighting] = {}
        self._nearby = Nearby()

    def look(self, *, skip: bool = False) -> None:
        """Finds every stream's file, and starts streams in files that have none; with `skip` at their ends."""
        self._listed = listed(self._shared.settings.paths, self._shared.settings.exclude)
        self._nearby = Nearby()
        for followed in self._table:
            try:
                self._locate(followed)
            except OSError as error:
                self._shared.complaints.about(followed.stream.path, error)
        self._strangers.meet(self._listed, skip=skip)
        self._forget()

    def replaced(self, followed: Followed, *, certain: bool) -> list[Followed]:
        """The streams to go on with when one's bytes are not in its file any more; none while that is not `certain`."""
        here, epoch = followed.seen, followed.stream.epoch + 1
        rescued = self._rescue.rescued(followed, self._nearby)
        if not (rescued or certain):
            return []
        if not rescued:
            self._table.forget(followed)
        going_on = [followed] if rescued else []
        if here is not None and here.key in self._listed:
            begun = self._strangers.begin(here, epoch=epoch)
            self._table.add(begun)
            going_on.append(begun)
        return going_on

    def is_copy(self, followed: Followed) -> bool:
        """Whether a stream that was a copy of another one still is; otherwise it is read as any other from now on."""
        original = self._table.get(followed.stream.copy_of)
        if original is None:
            self._table.update(followed, replace(followed.stream, copy_of=""))
            return False
        if followed.seen is None or not self._rescue.is_intact(original):
            return True
        if self._rescue.is_copy(followed.seen, original):
            return True
        self._table.update(followed, replace(followed.stream, copy_of="", offset=0, head="", tail=""))
        return False

    def bury(self, followed: Followed) -> None:
        """A stream's file is gone, and nothing more will come of it; it is still known if it comes back."""
        self._handles.drop(followed.stream.file.key)
        self._table.update(followed, replace(followed.stream, gone=self._shared.wall()))

    def _locate(self, followed: Followed) -> None:
        seen = self._listed.get(followed.stream.file.key) or self._elsewhere(followed)
        followed.listed = seen is not None and seen.key in self._listed
        if seen is not None:
            self._found(followed, seen)
        elif followed.stream.gone is None:
            self._lost(followed)

    def _elsewhere(self, followed: Followed) -> Sighting | None:
        """A stream's file where no glob looks: where it was, or beside that."""
        stream = followed.stream
        if stream.gone is not None:
            return None
        seen = sighted(stream.path)
        return seen if seen and seen.key == stream.file.key else self._nearby.renamed(stream)

    def _found(self, followed: Followed, seen: Sighting) -> None:
        before, stream = followed.seen, followed.stream
        if before is None or before.path != seen.path:
            stream = replace(stream, path=_kept_path(stream, seen), gone=None)
        if stream != followed.stream:
            self._table.update(followed, stream)
        if before is not None and (before.size, before.changed) != (seen.size, seen.changed):
            followed.changed = self._shared.monotonic()
        followed.seen, followed.lost = seen, None

    def _lost(self, followed: Followed) -> None:
        now = self._shared.monotonic()
        followed.lost = now if followed.lost is None else followed.lost
        followed.seen = None
        if followed.stream.copy_of:
            self._table.forget(followed)
        elif self._rescue.rescued(followed, self._nearby):
            followed.listed = followed.stream.file.key in self._listed
        elif now - followed.lost >= self._shared.settings.settle and not self._handles.held(followed.stream.file.key):
            self.bury(followed)

    def _forget(self) -> None:
        limit = self._shared.settings.forget
        for followed in self._table:
            gone = followed.stream.gone
            idle = 0 if followed.listed or followed.seen is None else self._shared.monotonic() - followed.changed
            if idle > limit or (gone is not None and self._shared.wall() - gone > limit):
                self._table.forget(followed)


def _kept_path(stream: Stream, seen: Sighting) -> str:
    """Where a stream's file is: where it was if it has two names, otherwise behind any symbolic link."""
    known = sighted(stream.path)
    return stream.path if known and known.key == seen.key else os.path.realpath(seen.path)

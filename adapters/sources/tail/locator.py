"""Where each stream is now: under its name or another one, in a copy, or nowhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from adapters.sources.tail.files import Key, Sighting, listed, sighted
from adapters.sources.tail.followed import Followed
from adapters.sources.tail.nearby import Nearby
from adapters.sources.tail.rescue import Rescue
from adapters.sources.tail.shared import Shared
from adapters.sources.tail.strangers import Strangers
from adapters.sources.tail.stream import Stream, Verdict, file_id, verdict


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
        self._each(self._locate, self._table)
        self._each(self._examine, [each for each in self._table if each.seen != each.read])
        # What was read furthest chooses first: a few bytes may be alike by accident.
        lost = [each for each in self._table if each.seen is None and not each.stream.copy_of]
        self._each(self._lost, sorted(lost, key=lambda each: -each.stream.offset))
        self._each(self._examine_copy, [each for each in self._table if each.stream.copy_of])
        self._strangers.meet(self._listed, skip=skip)
        self._forget()

    def _each(self, step: Callable[[Followed], None], found: Iterable[Followed]) -> None:
        for followed in found:
            try:
                step(followed)
            except OSError as error:
                self._shared.complaints.about(followed.stream.path, error)
            self._shared.pulse.beat()

    def _examine(self, followed: Followed) -> None:
        """Sees whether a file that has changed still has what was read of it."""
        if not followed.stream.copy_of and followed.seen is not None:
            self._examine_bytes(followed, followed.seen)

    def _examine_bytes(self, followed: Followed, seen: Sighting) -> None:
        content = self._handles.get(seen)
        found = verdict(followed.stream, content)
        if not file_id(content.descriptor).may_be(followed.stream.file):
            found = Verdict.OTHER
        if found is Verdict.INTACT:
            followed.shrunk = None
        else:
            self._replace(followed, certain=found is Verdict.OTHER or self._stays_short(followed))

    def _examine_copy(self, followed: Followed) -> None:
        """Sees whether a stream that was a copy of another still is; if not it is read as any other from now on."""
        original, seen = self._table.get(followed.stream.copy_of), followed.seen
        if original is None:
            self._table.update(followed, replace(followed.stream, copy_of=""))
        elif seen is None:
            self._lost(followed)
        elif followed.read != seen and not (seen.compressed or self._may_be_copy(seen, original)):
            self._table.update(followed, replace(followed.stream, copy_of="", offset=0, head="", tail=""))

    def _may_be_copy(self, seen: Sighting, original: Followed) -> bool:
        return not self._rescue.is_intact(original) or self._rescue.is_copy(seen, original)

    def _replace(self, followed: Followed, *, certain: bool) -> None:
        """The bytes that were read are not in the file any more: it is another stream's now, once that is certain."""
        here, epoch = followed.seen, followed.stream.epoch + 1
        rescued = self._rescue.rescued(followed, self._nearby)
        if not (rescued or certain):
            return
        if not rescued:
            self._table.forget(followed)
        if here is not None:
            self._strangers.expect(here, epoch)

    def _stays_short(self, followed: Followed) -> bool:
        """Whether a file has been shorter than what was read of it for too long to be a stale attribute."""
        now = self._shared.monotonic()
        followed.shrunk = now if followed.shrunk is None else followed.shrunk
        return now - followed.shrunk >= self._shared.settings.settle

    def bury(self, followed: Followed) -> None:
        """A stream's file is gone, and nothing more will come of it; it is still known if it comes back."""
        self._handles.drop(followed.stream.file.key)
        self._table.update(followed, replace(followed.stream, gone=self._shared.wall()))

    def _locate(self, followed: Followed) -> None:
        seen = self._listed.get(followed.stream.file.key)
        if seen is None and followed.stream.gone is None:
            seen = self._elsewhere(followed.stream)
        if seen is not None and not self._may_be(followed, seen):
            seen = None
        followed.listed = seen is not None and seen.key in self._listed
        if seen is None:
            followed.seen = None
        else:
            self._found(followed, seen)

    def _elsewhere(self, stream: Stream) -> Sighting | None:
        """A stream's file where no glob looks: where it was, or beside that."""
        seen = sighted(stream.path)
        return seen if seen and seen.key == stream.file.key else self._nearby.renamed(stream)

    def _may_be(self, followed: Followed, seen: Sighting) -> bool:
        """Whether a file of the same inode is a stream's, and not one that was given the inode of a deleted one.

        Under the same path that is left to the bytes, which are looked at when it has changed.
        """
        before = followed.seen.path if followed.seen else followed.stream.path
        return seen.path == before or file_id(self._handles.get(seen).descriptor).may_be(followed.stream.file)

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
        """Sees what is left of a file that is gone."""
        if followed.stream.gone is not None:
            return
        now = self._shared.monotonic()
        followed.lost = now if followed.lost is None else followed.lost
        if self._rescue.rescued(followed, self._nearby):
            followed.listed = followed.stream.file.key in self._listed
        elif followed.stream.copy_of:
            self._table.forget(followed)
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

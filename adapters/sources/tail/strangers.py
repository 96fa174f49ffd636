"""Files that no stream is in: copies of what is known, or new."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace

from adapters.sources.tail.files import Key, Sighting
from adapters.sources.tail.followed import Followed
from adapters.sources.tail.records import Shape
from adapters.sources.tail.rescue import Rescue
from adapters.sources.tail.rotation import Index, beginnings, names
from adapters.sources.tail.shared import Shared
from adapters.sources.tail.stream import Verdict, end_of, file_id, placed, started, verdict


class Strangers:
    """Finds out what they are, and puts them into the table."""

    def __init__(self, shared: Shared, rescue: Rescue) -> None:
        self._shared, self._table, self._handles, self._rescue = shared, shared.table, shared.handles, rescue
        self._shape = Shape(shared.settings.encoding, shared.settings.max_line)
        self._waiting: dict[Key, float] = {}
        self._epochs: dict[Key, int] = {}

    def meet(self, listed: Mapping[Key, Sighting], *, skip: bool) -> None:
        """Each is a copy of a stream, the rest of one, or a new one, with `skip` begun at its end."""
        known = self._table.keys()
        strangers = [each for key, each in listed.items() if key not in known]
        if strangers:
            self._sort_out(sorted(strangers, key=lambda each: len(each.path)), skip=skip)
        self._waiting = {key: since for key, since in self._waiting.items() if key in listed}
        self._epochs.clear()

    def expect(self, seen: Sighting, epoch: int) -> None:
        """A file has other bytes than its stream's: when it is met, it is a stranger with an epoch of its own."""
        self._epochs[seen.key] = epoch

    def _begin(self, seen: Sighting, *, skip: bool = False) -> Followed:
        """A stream in a file, for the table. Raises OSError."""
        content, path, epoch = self._handles.get(seen), os.path.realpath(seen.path), self._epochs.get(seen.key, 0)
        file = file_id(content.descriptor)
        stream = started(path, file, epoch)
        while self._table.get(stream.id):
            epoch += 1
            stream = started(path, file, epoch)
        if skip:
            stream = placed(stream, content, end_of(content, self._shape))
        return Followed(stream, self._shared.monotonic(), seen, listed=True)

    def _sort_out(self, strangers: Iterable[Sighting], *, skip: bool) -> None:
        """In this order `app.log` is known before `app.log.1`; but the oldest file is read first."""
        originals = Index((each, _all_names(each)) for each in self._table)
        new: list[Followed] = []
        for seen in strangers:
            try:
                if self._recognized(seen, originals):
                    continue
                begun = self._begin(seen, skip=skip)
            except OSError as error:
                self._shared.complaints.about(seen.path, error)
                continue
            originals.add(begun, _all_names(begun))
            new.append(begun)
        for each in sorted(new, key=lambda each: (each.seen.modified, each.stream.path) if each.seen else (0, "")):
            self._table.add(each)

    def _recognized(self, seen: Sighting, originals: Index[Followed]) -> bool:
        """Whether a file is no new one: of a stream, or perhaps of one, which the next polls will tell."""
        known = originals.find((seen.path, *beginnings(seen.path)))
        for followed in sorted(known, key=_least_doubtful):
            stream = followed.stream
            if seen.path in (stream.origin, stream.path):
                if self._is_renumbered(seen, followed):
                    self._rescue.move(followed, seen, stream)
                    return True
                continue
            if self._is_part(seen, followed):
                return True
        return False

    def _is_renumbered(self, seen: Sighting, followed: Followed) -> bool:
        """Whether a lost file is back under its name, on a device with another number."""
        file = followed.stream.file
        here = file_id(self._handles.get(seen).descriptor)
        same = followed.seen is None and (here.inode, here.generation) == (file.inode, file.generation)
        return same and self._holds(seen, followed) is Verdict.INTACT

    def _is_part(self, seen: Sighting, followed: Followed) -> bool:
        if followed.seen is not None and self._rescue.is_intact(followed):
            return self._is_copy(seen, followed)
        found = self._holds(seen, followed)
        if found is Verdict.INTACT and followed.seen is None:
            self._rescue.move(followed, seen, followed.stream)
        return found is Verdict.INTACT or (found is Verdict.SHRUNK and self._may_grow(seen))

    def _holds(self, seen: Sighting, followed: Followed) -> Verdict:
        """What a file has of what was read of a stream."""
        if not followed.stream.offset:
            return Verdict.OTHER
        return verdict(followed.stream, self._handles.get(seen))

    def _is_copy(self, seen: Sighting, followed: Followed) -> bool:
        if followed.stream.copy_of or not self._rescue.is_copy(seen, followed):
            return False
        begun = self._begin(seen)
        copy = replace(placed(begun.stream, self._handles.get(seen), seen.size), copy_of=followed.stream.id)
        self._table.add(replace(begun, stream=copy, read=seen))
        return True

    def _may_grow(self, seen: Sighting) -> bool:
        """Whether a file is so new that it may be a copy which is still being made."""
        now, settle = self._shared.monotonic(), self._shared.settings.settle
        return seen.key not in self._epochs and now - self._waiting.setdefault(seen.key, now) < settle


def _least_doubtful(followed: Followed) -> tuple[bool, int]:
    """Those that are there come first, then those of which most was read: a few bytes may be alike by accident."""
    return followed.seen is None, -followed.stream.offset


def _all_names(followed: Followed) -> set[str]:
    return {*names(followed.stream.origin), *names(followed.stream.path)}

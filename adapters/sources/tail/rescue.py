"""What is left of a stream whose file is gone or was truncated: in a copy, or compressed."""

from __future__ import annotations

import os
from dataclasses import replace
from operator import itemgetter

from adapters.sources.tail.content import Content
from adapters.sources.tail.files import Sighting, sighted
from adapters.sources.tail.followed import Followed, Stage
from adapters.sources.tail.nearby import Nearby
from adapters.sources.tail.shared import Shared
from adapters.sources.tail.stream import Stream, Verdict, file_id, placed, shares, verdict


class Rescue:
    """Moves streams to the copies of their files."""

    def __init__(self, shared: Shared) -> None:
        self._table, self._handles, self._monotonic = shared.table, shared.handles, shared.monotonic

    def rescued(self, followed: Followed, nearby: Nearby) -> bool:
        """Whether a stream whose bytes are not in its file goes on in a copy now. Raises OSError."""
        return (
            self._in_known_copy(followed, Verdict.INTACT)
            or self._in_rotation(followed, nearby)
            or self._in_known_copy(followed, Verdict.SHRUNK)
        )

    def move(self, followed: Followed, seen: Sighting, stream: Stream) -> None:
        """A stream goes on in another file."""
        file = file_id(self._handles.get(seen).descriptor)
        self._table.update(followed, replace(stream, path=os.path.realpath(seen.path), file=file, gone=None))
        followed.seen, followed.read, followed.stage, followed.held = seen, None, Stage.GROWING, False
        followed.shrunk = followed.lost = None
        followed.changed = self._monotonic()

    def is_copy(self, seen: Sighting, original: Followed) -> bool:
        """Whether a file is what a stream's own file has now, or its beginning: a copy is never ahead."""
        if original.seen is None or seen.compressed or original.seen.compressed or not seen.size:
            return False
        return shares(self._handles.get(seen), self._handles.get(original.seen), seen.size)

    def is_intact(self, followed: Followed) -> bool:
        """Whether a stream's file still has what was read of it. Raises OSError."""
        if followed.seen is None:
            return False
        content = self._handles.get(followed.seen)
        return file_id(content.descriptor).may_be(followed.stream.file) and (
            verdict(followed.stream, content) is Verdict.INTACT
        )

    def _in_known_copy(self, followed: Followed, wanted: Verdict) -> bool:
        """Looks for a copy that has all that was read, or, made before the last of it was, most of that."""
        sizes = [
            (self._handles.get(copy.seen).size(), copy.seen, copy) for copy in self._table.copies(followed) if copy.seen
        ]
        for size, seen, copy in sorted(sizes, key=itemgetter(0), reverse=True):
            content = self._handles.get(seen)
            if verdict(followed.stream, content) is wanted:
                self._table.forget(copy)
                whole = wanted is Verdict.INTACT
                self.move(followed, seen, followed.stream if whole else placed(followed.stream, content, size))
                return True
        return False

    def _in_rotation(self, followed: Followed, nearby: Nearby) -> bool:
        known = self._table.keys()
        for seen in nearby.rotations(followed.stream):
            if seen.key in known or self._is_of_heir(seen, followed):
                continue
            if self._continues(self._handles.get(seen), followed):
                self.move(followed, seen, followed.stream)
                return True
        return False

    def _is_of_heir(self, seen: Sighting, followed: Followed) -> bool:
        """Whether a file is a copy of the one that came in a stream's place: they may begin alike."""
        heir = sighted(followed.stream.origin)
        if heir is None or heir.key in (seen.key, followed.stream.file.key) or seen.compressed or not seen.size:
            return False
        return shares(self._handles.get(seen), self._handles.get(heir), seen.size)

    def _continues(self, content: Content, followed: Followed) -> bool:
        """Whether a file has a stream's bytes: those that were read, or, where none were, those of the open file."""
        if followed.stream.offset:
            return verdict(followed.stream, content) is Verdict.INTACT
        lost = self._handles.held(followed.stream.file.key) if followed.seen is None else None
        return lost is not None and (size := lost.size()) > 0 and shares(lost, content, size)

"""What is new in the files."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence

from adapters.sources.tail.content import Content
from adapters.sources.tail.followed import Followed, Stage
from adapters.sources.tail.locator import Locator
from adapters.sources.tail.records import Cut, Found, Shape
from adapters.sources.tail.shared import Shared
from adapters.sources.tail.stream import Verdict, advanced, examined, file_id

CHUNK = 256 << 10
"""Bytes that are read of a file before it is another one's turn."""

Records = list[tuple[str, Sequence[Found]]]
"""Records of streams, each with the id of theirs."""


class Reader:
    """Takes turns among the files; those of one name in the order in which they were written."""

    def __init__(self, shared: Shared, locator: Locator) -> None:
        self._shared, self._settings, self._handles, self._locator = shared, shared.settings, shared.handles, locator
        self._turns: deque[deque[Followed]] = deque()
        self._shape = Shape()

    def begin(self, shape: Shape) -> None:
        """A round over all files that may have something new, in records of a shape."""
        self._shape = shape
        turns: dict[str, deque[Followed]] = defaultdict(deque)
        for followed in self._shared.table:
            if self._is_due(followed):
                turns[followed.stream.origin].append(followed)
        self._turns = deque(deque(sorted(turn, key=_written)) for turn in turns.values())

    def read(self, limit: int) -> Records:
        """Up to `limit` records of the round, or somewhat more; none when it is at its end."""
        records: Records = []
        count = 0
        while self._turns and count < limit:
            turn = self._turns.popleft()
            found, more = self._carefully(turn[0])
            self._shared.pulse.beat()
            if found:
                records.append((turn[0].stream.id, found))
                count += len(found)
            if not more:
                turn.popleft()
            if turn:
                self._turns.append(turn)
        return records

    def _is_due(self, followed: Followed) -> bool:
        if followed.seen is None:
            return followed.stream.gone is None and self._content(followed) is not None
        return followed.read != followed.seen or (followed.held and self._stage(followed) > followed.stage)

    def _stage(self, followed: Followed) -> Stage:
        settings, now = self._settings, self._shared.monotonic()
        idle = now - max(followed.changed, followed.lost or followed.changed)
        if followed.put_aside and idle >= settings.settle:
            return Stage.ENDED
        if settings.partial_wait is not None and idle >= settings.partial_wait:
            return Stage.ENDED
        return Stage.QUIET if idle >= settings.record_wait else Stage.GROWING

    def _carefully(self, followed: Followed) -> tuple[Sequence[Found], bool]:
        try:
            return self._turn(followed)
        except OSError as error:
            self._shared.complaints.about(followed.stream.path, error)
            return (), False

    def _turn(self, followed: Followed) -> tuple[Sequence[Found], bool]:
        """A chunk's records, and whether there is more; none of a file that was replaced since the look."""
        if followed.stream.copy_of:
            followed.read = followed.seen
            return (), False
        if (content := self._content(followed)) is None:
            return (), False
        verdict, data = examined(followed.stream, content, CHUNK)
        if verdict is not Verdict.INTACT:
            return (), False
        return self._cut(followed, content, data)

    def _content(self, followed: Followed) -> Content | None:
        """The bytes of a stream's file; of one that is gone only when it is still open."""
        if followed.seen is not None:
            return self._handles.get(followed.seen)
        content = self._handles.held(followed.stream.file.key)
        return content if content and file_id(content.descriptor).may_be(followed.stream.file) else None

    def _cut(self, followed: Followed, content: Content, data: bytes) -> tuple[Sequence[Found], bool]:
        stream, window = followed.stream, followed.stream.window
        at_end = len(data) < window + CHUNK
        stage = self._stage(followed) if at_end else Stage.GROWING
        cut = self._records(followed, data[window:], stage)
        if not (cut.consumed or at_end):
            _, data = examined(stream, content, CHUNK + self._shape.enough)
            cut = self._records(followed, data[window:], Stage.QUIET)
        moved = advanced(stream, data[: window + cut.consumed], cut.consumed, skipping=cut.skipping)
        if moved != stream:
            self._shared.table.update(followed, moved)
        if not at_end:
            return cut.records, True
        followed.read, followed.stage, followed.held = followed.seen, stage, cut.consumed < len(data) - window
        self._finish(followed, stage)
        return cut.records, False

    def _records(self, followed: Followed, data: bytes, stage: Stage) -> Cut:
        quiet, ended = stage >= Stage.QUIET, stage is Stage.ENDED
        return self._shape.cut(
            data, followed.stream.offset, skipping=followed.stream.skipping, quiet=quiet, ended=ended
        )

    def _finish(self, followed: Followed, stage: Stage) -> None:
        """Lets go of what has no more to say."""
        if followed.seen is None and stage is Stage.ENDED:
            self._locator.bury(followed)
        elif followed.seen is not None and followed.seen.compressed:
            self._handles.drop(followed.seen.key)


def _written(followed: Followed) -> int:
    """When a file was written to last; what is gone comes first."""
    return followed.seen.modified if followed.seen else 0

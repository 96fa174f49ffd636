"""The streams that are followed, and what has changed since the checkpoints were kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from adapters.model import Checkpoint
from adapters.sources.tail.files import Key, Sighting
from adapters.sources.tail.stream import Stream, decoded, encoded


class Stage(IntEnum):
    """How final the end of a file is: more may come at once, no line has come for a while, nothing will."""

    GROWING = 0
    QUIET = 1
    ENDED = 2


@dataclass(slots=True, eq=False)
class Followed:
    """A stream, and what is known of its file in this process. Times are of the monotonic clock.

    `seen` is the file where it is now, None when it is nowhere; `listed`: a glob names it. `read` is the file as it
    was when nothing of it was left to read, and `stage` how final its end seemed then; `held`: something of it was held
    back. `changed` is when it last differed. `shrunk` and `lost` are since when it seems to be truncated or deleted.
    """

    stream: Stream
    changed: float
    seen: Sighting | None = None
    listed: bool = False
    read: Sighting | None = None
    held: bool = False
    stage: Stage = Stage.GROWING
    shrunk: float | None = None
    lost: float | None = None

    @property
    def put_aside(self) -> bool:
        """Whether it is no longer where it was written: whoever still writes to it will soon stop."""
        if self.seen is None:
            return True
        return not self.listed or self.seen.compressed or self.stream.path != self.stream.origin


class Table:
    """The streams by id, the oldest first."""

    def __init__(self, source: str, checkpoints: Mapping[str, str], now: float) -> None:
        self._source = source
        self._streams = {key: Followed(decoded(value), now) for key, value in checkpoints.items()}
        self._changed: dict[str, None] = {}

    def __iter__(self) -> Iterator[Followed]:
        for followed in [*self._streams.values()]:
            if followed.stream.id in self._streams:
                yield followed

    def get(self, id_: str) -> Followed | None:
        """The stream of an id."""
        return self._streams.get(id_)

    def keys(self) -> set[Key]:
        """The files that streams were found in."""
        return {each.seen.key for each in self._streams.values() if each.seen is not None}

    def copies(self, followed: Followed) -> list[Followed]:
        """The streams that are copies of one."""
        return [each for each in self if each.stream.copy_of == followed.stream.id]

    def add(self, followed: Followed) -> None:
        """One more is followed."""
        self._streams[followed.stream.id] = followed
        self._changed[followed.stream.id] = None

    def update(self, followed: Followed, stream: Stream) -> None:
        """The same stream further on, or elsewhere."""
        followed.stream = stream
        self._changed[stream.id] = None

    def forget(self, followed: Followed) -> None:
        """One is followed no longer."""
        del self._streams[followed.stream.id]
        self._changed[followed.stream.id] = None

    def changes(self) -> list[Checkpoint]:
        """What has changed since the last time, for the journal."""
        changed = [(id_, self._streams.get(id_)) for id_ in self._changed]
        self._changed.clear()
        return [Checkpoint(self._source, id_, encoded(each.stream) if each else None) for id_, each in changed]

"""Records that were read together, and what is rendered of them before their turn comes, here or elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from adapters.model import LARGE, Record
from adapters.route.rendered import Render, Rendered

CHUNK_BYTES = 2 << 20
"""Bytes of bodies that are rendered before their turn, at most."""

BATCH_BYTES = 4 << 20
"""Bytes of messages after which a batch is full, however few they are."""


class Answer(NamedTuple):
    """What became of records, None or nothing of those that are to be rendered when their turn comes.

    `deadly` says that one of them may be what ended the process that rendered them.
    """

    made: Sequence[Rendered | None] = ()
    deadly: bool = False


class Aside(Protocol):
    """Another process that renders while there is a backlog.

    `ahead` is how many chunks a route is to read for it. `revision` is another number after each change of what records
    are rendered by: what was made before is of no use then.
    """

    @property
    def ahead(self) -> int: ...  # noqa: D102 - said above

    @property
    def revision(self) -> int: ...  # noqa: D102 - said above

    def begin(self, route: str, records: Sequence[Record]) -> Awaitable[Answer] | None:
        """Has a route's records rendered there; None where it has no room now, or is not there."""


class Here:
    """No other process."""

    ahead = 1
    revision = 0

    def begin(self, _route: str, _records: Sequence[Record]) -> None:
        """It takes nothing."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records in order, and what is made of them before their turn, by what was loaded at that `revision`."""

    records: Sequence[Record]
    answer: Awaitable[Answer] | None = None
    revision: int = 0

    async def answered(self, aside: Aside) -> Answer:
        """What is made of them, as far as it is still of use."""
        answer = Answer() if self.answer is None else await self.answer
        return answer if self.revision == aside.revision else answer._replace(made=())


def movable(records: Sequence[Record], careful: int) -> bool:
    """Whether records are ordinary enough for being rendered together, all before their turn."""
    sizes = [len(record.notification.body) for record in records]
    return max(sizes) <= LARGE and sum(sizes) <= CHUNK_BYTES and records[0].seq > careful


def made(render: Render, records: Iterable[Record]) -> Iterator[Rendered | None]:
    """What records become, up to as many messages as a batch holds; None for the others, and where there is a bug.

    One that alone becomes more is among the others: nothing larger waits for its turn, nor goes to and fro.
    """
    left = BATCH_BYTES
    for record in records:
        rendered = _made(render, record) if left > 0 else None
        left -= sum([len(message.data) for message in rendered.messages]) if rendered else 0
        yield rendered if left >= 0 else None


def _made(render: Render, record: Record) -> Rendered | None:
    try:
        return render(record)
    except Exception:  # noqa: BLE001 - whoever renders it when its turn comes says what is wrong
        return None

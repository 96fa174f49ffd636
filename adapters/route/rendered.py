"""What a record is rendered to, at once or in pieces."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from adapters.model import Message, Record


class Rendered(NamedTuple):
    """What became of a record: its messages, why others could not be made, and what is none on purpose.

    `ignored` and `unmatched` count what the mapping knows no event for, `left_out` messages that were not chosen.
    `unsaid` names events for which the CDEvents that are written, an old version of them, have no type.
    """

    messages: tuple[Message, ...] = ()
    errors: tuple[str, ...] = ()
    ignored: int = 0
    unmatched: int = 0
    left_out: int = 0
    unsaid: tuple[str, ...] = ()


After = Callable[[Record, Rendered], Rendered]
"""What is left of what a record, or a piece of it, was rendered to when its turn comes."""


@dataclass(frozen=True, slots=True)
class Render:
    """Makes a route's messages of a record; `pieces` makes so many at a time, as they are asked for.

    A route asks `after` for what it publishes of that, once for each and in order, wherever it was made.
    """

    pieces: Callable[[Record, int], Iterator[Rendered]]
    after: After = lambda _record, rendered: rendered

    def __call__(self, record: Record) -> Rendered:
        """All of them."""
        (whole,) = self.pieces(record, sys.maxsize)
        return whole


def at_once(render: Callable[[Record], Rendered]) -> Render:
    """What makes one piece of any record."""
    return Render(lambda record, _: iter((render(record),)))

"""What became of what a replay read, by mapping."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.model import Record
from adapters.route.rendered import After, Rendered


@dataclass(slots=True)
class Outcome:
    """Of a mapping's records: the messages made, those that the replay leaves out, and the records that made none.

    `left_out` counts messages outside of its times, or that its route does not choose or cannot say; `ignored` and
    `unmatched` count records.
    """

    made: int = 0
    ignored: int = 0
    unmatched: int = 0
    left_out: int = 0

    def add(self, rendered: Rendered) -> None:
        """Counts what a record, or a piece of it, became."""
        self.made += len(rendered.messages)
        self.ignored += rendered.ignored
        self.unmatched += rendered.unmatched
        self.left_out += rendered.left_out + len(rendered.unsaid)

    def __add__(self, other: Outcome) -> Outcome:
        """The sum of two processes' counts."""
        return Outcome(
            self.made + other.made,
            self.ignored + other.ignored,
            self.unmatched + other.unmatched,
            self.left_out + other.left_out,
        )

    @property
    def known(self) -> int:
        """How much of it the mapping knew."""
        return self.made + self.ignored + self.left_out


Outcomes = dict[str, Outcome]
"""By the mapping's name; that of the source where it has none."""


def empty() -> Outcomes:
    """Nothing counted."""
    return defaultdict(Outcome)


def counting(names: Mapping[str, str], outcomes: Outcomes) -> After:
    """Counts what records become; `names` has the mappings' by their sources' names."""

    def after(record: Record, rendered: Rendered) -> Rendered:
        source = record.notification.source
        outcomes[names.get(source, source)].add(rendered)
        return rendered

    return after

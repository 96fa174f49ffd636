"""What is asked of a replay, and how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from adapters.config import Config
from adapters.reading.units import Unit, version
from adapters.replay.archive import Shard
from adapters.replay.outcome import Outcomes, empty


@dataclass(frozen=True, slots=True)
class Replay:
    """What to replay, as which source, through which route.

    `since` and `until` (RFC 3339 in UTC, ending in Z) bound the events' own times: from the one on, and before the
    other. `only` passes over what other sources than this one have in a journal. `rate` is the most records a
    second, 0 for no limit. `state` is where the checkpoint is; `once` keeps it at the end, when it says that
    all is done.
    """

    config: Config
    source: str
    route: str
    inputs: Sequence[str]
    state: Path
    shard: Shard = field(default_factory=Shard)
    since: str = ""
    until: str = ""
    rate: float = 0
    only: bool = False
    dry_run: bool = False
    fresh: bool = False
    once: bool = False

    def digest(self, units: Sequence[Unit]) -> str:
        """Of what is asked for, and of the units that it is asked of: names and sizes, of objects their versions."""
        of = [(unit.name, unit.size, *filter(None, [version(unit)])) for unit in units]
        return sha256(repr((*self._asked, of)).encode()).hexdigest()

    def token(self, unit: Unit) -> str:
        """What stands for an object, asked for this, among those that are passed; of anything else it is empty."""
        found = version(unit)
        return sha256(repr((self._asked, unit.name, found)).encode()).hexdigest()[:32] if found else ""

    def left(self, units: Sequence[Unit], passed: Collection[str], *, amid: bool) -> list[Unit]:
        """What is to be read yet: no object that is passed, and `amid` objects no file, for these come before them."""
        return [unit for unit in units if (self.token(unit) not in passed if version(unit) else not amid)]

    @property
    def _asked(self) -> tuple[str, ...]:
        return self.source, self.route, self.since, self.until


@dataclass(slots=True)
class Progress:
    """How far a replay is. `done` of `total` is in the archive's own measure.

    `events` counts what was published by type, `outcomes` what became of records by mapping. It is `over` when it was
    done before, and nothing was left to do.
    """

    total: int = 0
    done: int = 0
    records: int = 0
    parked: int = 0
    resumed: int = 0
    events: Counter[str] = field(default_factory=Counter)
    outcomes: Outcomes = field(default_factory=empty)
    over: bool = False

    @property
    def strange(self) -> bool:
        """Whether something was read, from the beginning, and nothing of it was known."""
        outcomes = self.outcomes.values()
        unknown = any(each.unmatched for each in outcomes) and not any(each.known for each in outcomes)
        return unknown and not self.resumed


Report = Callable[[Progress], object]

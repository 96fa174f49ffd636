"""The journal against a model of it, over any sequence of operations and restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from adapters.journal import Database, Journal, deadletters
from adapters.model import Notification
from tests.journal.conftest import Clock, pruned

ROUTES = ("raw", "cd")
KEEP = 60.0

routes = st.sampled_from(ROUTES)


class JournalMachine(RuleBasedStateMachine):
    """What was appended stays readable until every route has passed it, it is old, and no dead letter needs it."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.directory = TemporaryDirectory()
        self.path = Path(self.directory.name) / "journal.db"
        self.clock = Clock()
        self.journal = self.opened()
        self.heard: dict[int, tuple[bytes, Any]] = {}
        self.present: set[int] = set()
        self.cursors = dict.fromkeys(ROUTES, 0)
        self.parked: dict[tuple[str, int], bool] = {}

    def opened(self) -> Journal:
        """The journal as it is on disk."""
        return Journal(self.path, max_bytes=1 << 30, clock=self.clock)

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What it returns."""
        return self.loop.run_until_complete(work)

    @rule(bodies=st.lists(st.binary(max_size=20), min_size=1, max_size=4))
    def append(self, bodies: list[bytes]) -> None:
        """New records get new numbers, one after the other."""
        self.do(self.journal.append([Notification("jenkins", body, self.clock()) for body in bodies]))
        for body in bodies:
            seq = len(self.heard) + 1
            self.heard[seq] = (body, self.clock())
            self.present.add(seq)

    @rule(route=routes, steps=st.integers(1, 5))
    def advance(self, route: str, steps: int) -> None:
        """A route passes some of what it has read."""
        if records := self.do(self.journal.read(self.journal.cursor(route), steps)):
            self.do(self.journal.advance(route, records[-1].seq))
            self.cursors[route] = records[-1].seq

    @rule(route=routes, data=st.data())
    def park(self, route: str, data: st.DataObject) -> None:
        """A route parks a record that is there."""
        if self.present:
            seq = data.draw(st.sampled_from(sorted(self.present)))
            self.do(self.journal.park(route, seq, "no"))
            self.parked[route, seq] = False

    @rule(route=routes)
    def retry(self, route: str) -> None:
        """An operator marks the dead letters of a route."""
        with Database(self.path) as database:
            deadletters.retry(database, route)
        self.parked |= dict.fromkeys((key for key in self.parked if key[0] == route), True)

    @rule(route=routes)
    def resolve(self, route: str) -> None:
        """The route delivers those that are marked."""
        for record in self.do(self.journal.due(route, 100)):
            self.do(self.journal.resolve(route, record.seq))
            del self.parked[route, record.seq]

    @rule(seconds=st.integers(1, 90))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.clock.move(seconds)

    @rule()
    def prune(self) -> None:
        """What may go goes; nothing behind a record that is too young."""
        self.do(pruned(self.journal, ROUTES, keep=KEEP))
        edge = self.clock() - timedelta(seconds=KEEP)
        passed = min(self.cursors.values())
        kept = {seq for _, seq in self.parked}
        self.present -= {s for s in self.present if s <= passed and self.heard[s][1] < edge and s not in kept}

    @rule()
    def restart(self) -> None:
        """Everything is as it was."""
        self.do(self.journal.aclose())
        self.journal = self.opened()

    @invariant()
    def each_route_sees_what_it_has_not_passed(self) -> None:
        """All of it, in order, as it was said."""
        for route in ROUTES:
            records = self.do(self.journal.read(self.journal.cursor(route), 1000))
            expected = [(seq, self.heard[seq][0]) for seq in sorted(self.present) if seq > self.cursors[route]]
            assert [(record.seq, record.notification.body) for record in records] == expected

    @invariant()
    def all_that_must_be_there_is(self) -> None:
        """And nothing else."""
        assert {record.seq for record in self.do(self.journal.read(0, 1000))} == self.present

    @invariant()
    def marked_dead_letters_are_due(self) -> None:
        """Of each route, in order, with their records."""
        for route in ROUTES:
            due = [record.seq for record in self.do(self.journal.due(route, 1000))]
            assert due == sorted(seq for (owner, seq), marked in self.parked.items() if owner == route and marked)

    def teardown(self) -> None:
        """Leaves nothing behind."""
        self.do(self.journal.aclose())
        self.do(self.loop.shutdown_default_executor())
        self.loop.close()
        self.directory.cleanup()


TestJournal = JournalMachine.TestCase
TestJournal.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)

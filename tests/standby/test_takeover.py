"""Two whole sidecars around one PostgreSQL: whatever happens to the one that leads, the other goes on where it was."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.proxy import Proxy
from tests.postgresql import database, postgresql
from tests.service import Service, configuration
from tests.waiting import until

pytest.importorskip("psycopg", reason="needs the extra postgresql")

from adapters.store.migrating import migrate

pytestmark = pytest.mark.slow

TAKE_OVER = 15.0
"""Seconds within which another leads."""


@dataclass
class Pair:
    """Sidecars with journals of their own that follow one log, each through a network of its own to the database."""

    log: Path
    services: list[Service]
    networks: list[Proxy]
    written: int = 0

    def write(self, count: int) -> None:
        """More lines in the log."""
        with self.log.open("a") as file:
            for number in range(self.written, self.written + count):
                file.write(f"line {number}\n")
        self.written += count

    def leader(self) -> int | None:
        """Which leads, if exactly one does."""
        leading = [
            index
            for index, each in enumerate(self.services)
            if each.process and each.process.poll() is None and each.metrics()['source_leader{source="log"}']
        ]
        return leading[0] if len(leading) == 1 else None

    def published(self) -> dict[str, list[str]]:
        """The ids of the events of each line, over both, with each publication."""
        found: dict[str, list[str]] = {}
        for service in self.services:
            for event in service.published("legacy"):
                found.setdefault(event["data"], []).append(event["id"])
        return found

    def complete(self) -> bool:
        """Whether each line was published."""
        return set(self.published()) == {f"line {number}" for number in range(self.written)}

    def repeats(self) -> int:
        """How many publications there were of lines that had been published; asserts that a line has one id."""
        every = self.published()
        assert all(len(set(ids)) == 1 for ids in every.values()), "a line has two ids"
        return sum(len(ids) - 1 for ids in every.values())


@contextmanager
def pair(folder: Path) -> Iterator[Pair]:
    """Two that are ready, of which the first leads."""
    with postgresql() as server, Proxy(server.port) as one, Proxy(server.port) as two:
        url = database(server)
        migrate(url)
        log = folder / "tool.log"
        log.touch()
        services = []
        for name, network in (("one", one), ("two", two)):
            (folder / name).mkdir()
            config = configuration(
                standby={
                    "postgresql": {"url": url.replace(f":{server.port}/", f":{network.port}/")},
                    "sources": ["log"],
                },
                sources={
                    "log": {
                        "type": "tail",
                        "paths": [str(log)],
                        "instance": "https://tool.example.com/",
                        "from": "beginning",
                    }
                },
                sinks={"out": {"type": "file", "path": "legacy.jsonl"}},
                routes={"legacy": {"format": "legacy", "sink": "out"}},
            )
            services.append(Service(folder / name, config))
        made = Pair(log, services, [one, two])
        try:
            for service in services:
                service.start()
                until(lambda: made.leader() is not None)
            yield made
        finally:
            for service in services:
                if service.process is not None and service.process.poll() is None:
                    service.process.send_signal(signal.SIGCONT)
                    service.kill()


def test_a_leader_that_is_killed_is_followed_within_fifteen_seconds(tmp_path: Path) -> None:
    """Its journal is gone with it: no line is lost, and none has two ids."""
    with pair(tmp_path) as both:
        both.write(200)
        until(both.complete)
        assert both.services[both.leader() or 0].ready()
        first = both.leader()
        assert first is not None
        both.write(200)
        both.services[first].kill()
        began = time.monotonic()
        both.write(200)
        until(lambda: both.leader() == 1 - first, timeout=TAKE_OVER)
        until(both.complete)
        assert time.monotonic() - began < TAKE_OVER + 30
        both.repeats()


def test_a_leader_that_is_cut_off_stops_before_another_begins(tmp_path: Path) -> None:
    """It lives on, and stands by; what it heard meanwhile has the same ids."""
    with pair(tmp_path) as both:
        both.write(100)
        until(both.complete)
        first = both.leader()
        assert first is not None
        both.networks[first].stall()
        both.write(100)
        until(lambda: both.leader() == 1 - first, timeout=TAKE_OVER)
        assert "leads no more" in both.services[first].log()
        both.write(100)
        until(both.complete)
        both.networks[first].resume()
        both.repeats()
        assert both.services[first].ready()


def test_a_leader_that_is_stopped_hands_over_without_a_repeat(tmp_path: Path) -> None:
    """As in a rolling update: all that it had is published, and nothing twice."""
    with pair(tmp_path) as both:
        both.write(300)
        first = both.leader()
        assert first is not None
        assert both.services[first].stop() == 0
        both.write(100)
        until(lambda: both.leader() == 1 - first, timeout=TAKE_OVER)
        until(both.complete)
        assert both.repeats() == 0

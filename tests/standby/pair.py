"""Two whole sidecars of which one hears: each with a journal of its own, and a network of its own to who decides."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.proxy import Proxy
from tests.service import Service, configuration
from tests.waiting import until

TAKE_OVER = 15.0
"""Seconds within which another leads."""

METRIC = 'source_leader{source="log"}'


@dataclass
class Pair:
    """They follow one log."""

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

    def settled(self, count: int) -> int:
        """Writes lines, and returns who leads once all are published."""
        self.write(count)
        until(self.complete)
        leader = self.leader()
        assert leader is not None
        return leader

    def leader(self) -> int | None:
        """Which leads, if exactly one does."""
        leading = [
            index
            for index, each in enumerate(self.services)
            if each.process and each.process.poll() is None and each.metrics()[METRIC]
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
        """Whether each line was published; asserts that none has two ids."""
        every = self.published()
        assert all(len(set(ids)) == 1 for ids in every.values()), "a line has two ids"
        return set(every) == {f"line {number}" for number in range(self.written)}

    def repeats(self, since: int = 0) -> int:
        """How many publications there were of lines, from one on, that had been published."""
        every = self.published()
        return sum(len(every[f"line {number}"]) - 1 for number in range(since, self.written))


@contextmanager
def pair(folder: Path, target: int, standby: Callable[[int], dict[str, Any]]) -> Iterator[Pair]:
    """Two that are ready, of which one leads; who decides is at the port `target`, and asked at the one given."""
    log = folder / "tool.log"
    log.touch()
    with Proxy(target) as one, Proxy(target) as two:
        services = [_service(folder / name, log, standby(way.port)) for name, way in (("one", one), ("two", two))]
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


def _service(folder: Path, log: Path, standby: dict[str, Any]) -> Service:
    folder.mkdir()
    tail = {"type": "tail", "paths": [str(log)], "instance": "https://tool.example.com/"}
    config = configuration(
        standby={**standby, "sources": ["log"]},
        sources={"log": tail},
        sinks={"out": {"type": "file", "path": "legacy.jsonl"}},
        routes={"legacy": {"format": "legacy", "sink": "out"}},
    )
    return Service(folder, config)

"""Files of events made files of Parquet, each process with a share of its own."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.cdevents.heard import document, items
from adapters.replay.archive import Shard, archive, bodies
from adapters.store.parquet import EVENTS, LINKS, table, write
from adapters.store.rows import EventRow, LinkRow, event_row, link_rows

_ROWS = 50_000
"""Rows of a file: what a process holds at once."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many events were read, and how many records that are none were passed over."""

    events: int = 0
    others: int = 0


def load(inputs: Sequence[str], folder: Path, processes: int) -> Loaded:
    """Reads the CDEvents in files of one a line, bare or in CloudEvents, compressed or not, into a folder.

    Raises ConfigError for an input that is nothing, or cannot be read.
    """
    archive(inputs)
    shards = [Shard(index, processes) for index in range(processes)]
    if processes == 1:
        return _load(inputs, folder, shards[0])
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        parts = list(pool.map(_load, [inputs] * processes, [folder] * processes, shards))
    return Loaded(sum(part.events for part in parts), sum(part.others for part in parts))


def _load(inputs: Sequence[str], folder: Path, shard: Shard) -> Loaded:
    writer = _Writer(folder, shard.index)
    others = 0
    for body in bodies(inputs, shard):
        try:
            for item in items(body):
                writer.add(document(item))
        except (AttributeError, KeyError, TypeError, ValueError):
            others += 1
    writer.flush()
    return Loaded(writer.count, others)


class _Writer:
    """Collects rows, and writes a file of them whenever there are many."""

    def __init__(self, folder: Path, share: int) -> None:
        self._folder, self._share = folder, share
        self._events: list[EventRow] = []
        self._links: list[LinkRow] = []
        self.count = 0

    def add(self, found: Mapping[str, Any]) -> None:
        row = event_row(found)
        self._events.append(row)
        self._links.extend(link_rows(found, row))
        self.count += 1
        if len(self._events) == _ROWS:
            self.flush()

    def flush(self) -> None:
        name = f"{self._share}-{self.count}.parquet"
        write(self._folder / EVENTS / name, table(EVENTS, self._events), compression="none")
        write(self._folder / LINKS / name, table(LINKS, self._links), compression="none")
        self._events, self._links = [], []

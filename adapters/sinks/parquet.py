"""Parquet: the tables of docs/store.md as files by day, each whole when it is there.

What was acknowledged and is in no file yet is in a file of lines beside them, which a crash leaves to the next start.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path

import orjson

from adapters.errors import TransientError
from adapters.model import Encoding, Message
from adapters.sinks.file import FileSettings, FileSink
from adapters.sinks.rotation import Rotation, rotated
from adapters.sinks.store_settings import ParquetSettings
from adapters.sinks.stored import Rows
from adapters.store.parquet import EVENTS, LINKS, table, write
from adapters.store.rows import EventRow, LinkRow, event_row, link_rows
from adapters.worker import Worker


class ParquetSink:
    """Collects events, and makes files of them at each multiple of a time, beyond a size, and when it is closed."""

    def __init__(self, settings: ParquetSettings, *, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._lines = settings.path / ".collected" / "events.jsonl"
        self._collected = FileSink(FileSettings(type="file", path=self._lines))
        self._rotation = Rotation(settings.size, settings.every)
        self._mode = int(settings.mode, base=8)
        self._turn = asyncio.Lock()
        self._worker = Worker("parquet-sink")
        self._timer: asyncio.Task[None] | None = None

    async def publish(self, batch: Sequence[Message]) -> None:
        """Collects all messages, or those before the first that cannot be a row."""
        self._timer = self._timer or asyncio.create_task(self._at_times())
        rows = Rows(batch)
        good = [message._replace(encoding=Encoding.RAW) for message in batch[: len(rows.events)]]
        async with self._turn:
            await self._worker.run(self._make_files_if_due)
            await self._collected.publish(good)
        if rows.failure:
            raise rows.failure

    async def aclose(self) -> None:
        """Makes files of what was collected."""
        if self._timer:
            self._timer.cancel()
        async with self._turn:
            await self._collected.aclose()
            await self._worker.run(self._make_files)
        self._worker.close()

    async def _at_times(self) -> None:
        """Also when nothing comes, what was collected becomes a file in time."""
        every = self._settings.every
        while True:
            await asyncio.sleep(every - self._clock() % every)
            with suppress(TransientError):  # the next batch is told the same
                async with self._turn:
                    await self._worker.run(self._make_files_if_due)

    def _make_files_if_due(self) -> None:
        if _set_aside(self._lines) or self._due():
            self._make_files()

    def _due(self) -> bool:
        return self._lines.exists() and self._rotation.due(self._lines.stat(), self._clock())

    def _make_files(self) -> None:
        try:
            if self._lines.exists() and self._lines.stat().st_size:
                self._rotation.rotate(self._lines, self._clock())
            for lines in _set_aside(self._lines):
                self._make_file(lines)
        except OSError as error:
            raise TransientError(f"files cannot be made in {self._settings.path}: {error}") from error

    def _make_file(self, lines: Path) -> None:
        """The files are named after the lines and what is in them: made once more after a crash, they are the same."""
        text = lines.read_bytes()
        stamp = lines.name.removeprefix(self._lines.name)[1:]
        name = f"{stamp}-{sha256(text).hexdigest()[:12]}.parquet"
        for day, rows in _by_day(text.splitlines()).items():
            for kind, of_day in ((EVENTS, rows.events), (LINKS, rows.links)):
                write(self._settings.path / kind / f"day={day}" / name, table(kind, of_day), mode=self._mode)
        lines.unlink()


@dataclass(slots=True)
class _Day:
    events: list[EventRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)


def _by_day(lines: Iterable[bytes]) -> Mapping[date, _Day]:
    """The rows of CDEvents, each once, by the day of their event."""
    days: dict[date, _Day] = defaultdict(_Day)
    seen = set()
    for line in lines:
        document = orjson.loads(line)
        event = event_row(document, line.decode())
        if event[:2] not in seen:
            seen.add(event[:2])
            day = days[event.time.date()]
            day.events.append(event)
            day.links.extend(link_rows(document, event))
    return days


def _set_aside(path: Path) -> list[Path]:
    """The files of lines that were set aside, oldest first; none before there is a folder for them."""
    return rotated(path) if path.parent.is_dir() else []

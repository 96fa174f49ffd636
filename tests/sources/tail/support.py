"""A tail without a loop, a clock that is moved, and a receiver that keeps what it gets as the journal would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.errors import JournalUnavailable
from adapters.mapping.translator import Translator
from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification
from adapters.sources.contract import Context
from adapters.sources.tail.settings import TailSettings
from adapters.sources.tail.source import Tail

SETTLE = 5.0


@dataclass
class Kept:
    """What is in the journal; `full` makes it refuse, which it counts."""

    notifications: list[Notification] = field(default_factory=list)
    checkpoints: dict[str, str] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    full: bool = False
    refused: int = 0

    async def __call__(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Keeps all, or nothing."""
        if self.full:
            self.refused += 1
            raise JournalUnavailable("it is full")
        self.notifications += notifications
        self.batches.append(len(notifications))
        for each in checkpoints:
            if each.value is None:
                self.checkpoints.pop(each.key, None)
            else:
                self.checkpoints[each.key] = each.value

    @property
    def lines(self) -> list[str]:
        """The bodies, in order."""
        return [each.body.decode(errors="replace") for each in self.notifications]

    @property
    def positions(self) -> list[str]:
        """The positions, in order."""
        return [each.position for each in self.notifications]


@dataclass
class Bench:
    """A directory, a journal, and a tail of `app.log*` unless told otherwise."""

    directory: Path
    kept: Kept = field(default_factory=Kept)
    now: float = 1000.0
    tail: Tail | None = None
    translator: Translator | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """The file that is written to."""
        return self.directory / "app.log"

    def path(self, name: str) -> Path:
        """Another file beside it."""
        return self.directory / name

    def write(self, text: str | bytes, name: str = "app.log") -> None:
        """Appends to a file."""
        with self.path(name).open("ab") as file:
            file.write(text.encode() if isinstance(text, str) else text)

    def restart(self, **settings: Any) -> None:
        """Another tail, which knows what the journal knows."""
        self.stop()
        self.settings |= settings
        self.tail = Tail(*self.parts(), monotonic=lambda: self.now)

    def parts(self) -> tuple[TailSettings, Context]:
        """What a tail is made of that knows what the journal knows."""
        given = {"paths": (f"{self.directory}/app.log*",), "settle": SETTLE, "poll": 1.0} | self.settings
        model = TailSettings.model_validate({"type": "tail", "instance": "https://tool.example.com/", **given})
        clock = datetime(2026, 3, 1, tzinfo=UTC)
        context = Context(
            name="app",
            translator=lambda: self.translator,
            checkpoints=dict(self.kept.checkpoints),
            metrics=Metrics(),
            clock=lambda: clock + timedelta(seconds=self.now),
        )
        return model, context

    async def poll(self) -> list[str]:
        """The lines that one poll hands over."""
        if self.tail is None:
            self.restart()
        assert self.tail is not None
        before = len(self.kept.notifications)
        await self.tail.poll(self.kept)
        return self.kept.lines[before:]

    async def settled(self) -> list[str]:
        """The lines that come until nothing more can: polls, with waits longer than `settle` between them."""
        lines = await self.poll()
        for _ in range(3):
            self.now += SETTLE + 1
            lines += await self.poll()
        return lines

    def stop(self) -> None:
        """The tail is no more; nothing of it is left but what the journal has."""
        if self.tail is not None:
            self.tail.close()
            self.tail = None

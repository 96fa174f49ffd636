"""A journal in a temporary directory, and notifications to put into it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.journal import Journal
from adapters.journal.room import RESERVE
from adapters.model import Notification

Heard = Callable[..., Notification]

START = datetime(2026, 3, 1, 12, 0, 0, 123456, UTC)


def fill(disk: Path, *, left: int = 0) -> None:
    """Takes what is left of a disk, but for so many bytes."""
    with suppress(OSError), (disk / "ballast").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    os.truncate(disk / "ballast", (disk / "ballast").stat().st_size - left)


def empty(disk: Path) -> None:
    """Gives back what `fill` took."""
    (disk / "ballast").unlink()


async def pruned(journal: Journal, routes: Collection[str], *, keep: float) -> int:
    """How many records go, where these are the routes that must have passed them."""
    journal.routes = routes
    return await journal.prune(keep=keep)


@dataclass
class Clock:
    """A clock that moves when it is told to."""

    now: datetime = START

    def __call__(self) -> datetime:
        """The time."""
        return self.now

    def move(self, seconds: float) -> None:
        """Some time passes."""
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    """The journal's clock."""
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal is, in a directory that does not exist yet."""
    return tmp_path / "state" / "journal.db"


@pytest.fixture
async def journal(path: Path, clock: Clock) -> AsyncIterator[Journal]:
    """A journal that is open, and empty."""
    journal = Journal(path, max_bytes=1 << 30, clock=clock)
    yield journal
    await journal.aclose()


@pytest.fixture
def heard(clock: Clock) -> Heard:
    """What makes a notification that is heard now."""

    def heard(body: bytes = b"{}", *, source: str = "jenkins") -> Notification:
        return Notification(source, body, clock(), {"content-type": "application/json"})

    return heard


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with little more than what the journal leaves on it; only root can make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={RESERVE + (1 << 20)}", "tmpfs", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a tmpfs")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)

"""Builds and checkpoints are kept together, whatever happens to the journal or the process."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

import orjson
import pytest

from adapters.errors import JournalUnavailable
from adapters.journal import Journal
from adapters.model import Checkpoint, Notification
from tests.checkout import ROOT
from tests.sources.jenkins_home.homes import Heard, Home, build, freestyle, source


async def test_a_journal_that_is_full_is_waited_for(home: Home, heard: Heard) -> None:
    """The same batch is tried again, in growing steps, until it is taken; nothing is lost or told twice."""
    for number in range(1, 4):
        build(home.job("shop"), number, freestyle())
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if len(naps) < 3:
            raise JournalUnavailable("it is full")
        await heard(notifications, checkpoints)

    await source(home.path, sleep=nap).look(receive)
    assert len(heard.events) == 6
    assert heard.twice() == []
    assert naps[0] < naps[1] < naps[2]


async def test_a_batch_and_its_checkpoints_go_together(home: Home) -> None:
    """At any moment the checkpoints say exactly what was handed over before."""
    for number in range(1, 601):
        build(home.job("shop"), number, freestyle())
    heard = Heard()

    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        await heard(notifications, checkpoints)
        top = orjson.loads(heard.checkpoints["job/shop/"])["top"]
        assert heard.events[-1] == f"finished job/shop/{top}/"

    await source(home.path).look(receive)
    assert len(heard.events) == 1200


def kept(path: Path) -> int:
    """How many notifications a journal has, while another process writes it."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as journal:
        return int(journal.execute("SELECT count(*) FROM notification").fetchone()[0])
    return 0


def heard_by(path: Path) -> Heard:
    """All that is in a journal."""

    async def read() -> Heard:
        journal = Journal(path, max_bytes=1 << 30)
        records = await journal.read(0, 10_000)
        await journal.aclose()
        return Heard([record.notification for record in records])

    return asyncio.run(read())


@pytest.mark.parametrize("moment", [1, 500, 1500])
def test_killed_at_any_moment_it_goes_on_and_repeats_nothing(home: Home, tmp_path: Path, moment: int) -> None:
    """After kill -9 in the middle of a first look, another process tells the rest, and only that."""
    for name in ("a", "b", "c"):
        for number in range(1, 501):
            build(home.job(name), number, freestyle())
    path = tmp_path / "journal.db"
    command = [sys.executable, "-m", "tests.sources.jenkins_home.looker", str(home.path), str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as first:
        while kept(path) < moment:
            time.sleep(0.002)
        first.kill()
    assert kept(path) < 3000
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    heard = heard_by(path)
    assert len(heard.events) == 3000
    assert heard.twice() == []

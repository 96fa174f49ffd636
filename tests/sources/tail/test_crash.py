"""A tail that is killed, again and again, with a real journal."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from adapters.journal import Database
from adapters.journal.log import last, read

pytestmark = pytest.mark.slow

ROUNDS = 8


def follower(directory: Path) -> subprocess.Popen[str]:
    """The process, which has its journal open."""
    command = [sys.executable, str(Path(__file__).with_name("follower.py")), str(directory)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."})
    assert process.stdout is not None
    assert process.stdout.readline() == "following\n"
    return process


class Writer(threading.Thread):
    """Writes numbered lines, in parts, and puts its file aside every so often."""

    def __init__(self, directory: Path) -> None:
        super().__init__(daemon=True)
        self.directory = directory
        self.ended = threading.Event()
        self.written = 0

    def run(self) -> None:
        """Until it is told to end."""
        for rotation in count():
            with (self.directory / "app.log").open("ab", buffering=0) as file:
                for _ in range(2000):
                    file.write(b"line %d " % self.written)
                    file.write(b"of many\n")
                    self.written += 1
            (self.directory / "app.log").rename(self.directory / f"app.log.{rotation}")
            if self.ended.wait(0.02):
                return


def bodies(directory: Path) -> list[bytes]:
    """What is in the journal, in order."""
    with closing(Database(directory / "journal.db")) as journal:
        found: list[bytes] = []
        after, end = 0, last(journal)
        while after < end:
            records = read(journal, after, 10_000)
            found += [each.notification.body for each in records]
            after = records[-1].seq
        return found


def test_kill(tmp_path: Path) -> None:
    """Killed at any moment, while its files are written and rotated, it loses no line and repeats none."""
    writer = Writer(tmp_path)
    writer.start()
    for number in range(ROUNDS):
        process = follower(tmp_path)
        time.sleep(0.05 * (number % 4 + 1))
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
    writer.ended.set()
    writer.join()
    process = follower(tmp_path)
    before = -1
    while before < len(found := bodies(tmp_path)) < writer.written:  # as long as more comes
        before = len(found)
        time.sleep(10)
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    counted = Counter(found)
    assert len(counted) == writer.written > 2000
    assert {*counted.values()} == {1}

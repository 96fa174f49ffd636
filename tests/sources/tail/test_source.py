"""The source with real files: what it hands over, and when."""

from __future__ import annotations

import asyncio
import itertools
import os
import resource
from pathlib import Path

import pytest

from adapters import mapping
from adapters.errors import JournalUnavailable
from adapters.model import TRUNCATED
from adapters.sources.tail.source import LONGEST, Tail
from tests.enveloped import cri
from tests.sources.tail.support import Bench
from tests.waiting import eventually


def open_files() -> int:
    """How many descriptors this process has."""
    return len([*Path("/proc/self/fd").iterdir()])


async def test_notification(bench: Bench) -> None:
    """A line is a notification: its bytes, its type, where it stood, and which source heard it when."""
    bench.write("one\ntwo\n")
    await bench.poll()
    one, two = bench.kept.notifications
    assert (one.source, one.body, one.headers) == ("app", b"one", {"content-type": "text/plain; charset=utf-8"})
    stream = one.position.partition(":")[0]
    assert (one.position, two.position) == (f"{stream}:0", f"{stream}:4")
    assert one.received_at.timestamp() - bench.now == two.received_at.timestamp() - bench.now


async def test_restart_at_every_point(bench: Bench) -> None:
    """A tail that is started anew between any two changes goes on where the journal says."""
    for number in range(10):
        bench.write(f"line {number}\npart of ")
        bench.restart()
        await bench.poll()
        bench.restart()
    assert bench.kept.lines == ["line 0", *(f"part of line {number}" for number in range(1, 10))]


async def test_positions_do_not_depend_on_the_journal(bench: Bench) -> None:
    """A tail that has lost its journal tells the same again: consumers know it by its ids."""
    bench.write("one\ntwo\n")
    await bench.poll()
    before = bench.kept.positions
    bench.kept.checkpoints.clear()
    bench.restart()
    await bench.poll()
    assert bench.kept.positions == before * 2


async def test_partial_last_line(bench: Bench) -> None:
    """A line is told when it is whole, however long its writer takes."""
    bench.write("one\ntw")
    assert await bench.settled() == ["one"]
    bench.write("o")
    assert await bench.settled() == []
    bench.write("\n")
    assert await bench.poll() == ["two"]


async def test_partial_wait(bench: Bench) -> None:
    """Where that is set, the last line is told when nothing has followed for so long."""
    bench.restart(partial_wait="60s")
    bench.write("one\ntwo")
    assert await bench.poll() == ["one"]
    bench.now += 61
    assert await bench.poll() == ["two"]
    assert await bench.settled() == []


async def test_records_of_several_lines(bench: Bench) -> None:
    """A record waits for its lines, across polls and restarts, for as long as `record_wait`."""
    bench.restart(record_start=r"\d", record_wait="2s")
    bench.write("1 error\n")
    assert await bench.poll() == []
    bench.restart()
    bench.write("  at a\n")
    bench.now += 1
    assert await bench.poll() == []
    bench.write("2 next\n")
    assert await bench.poll() == ["1 error\n  at a"]
    bench.now += 3
    assert await bench.poll() == ["2 next"]


async def test_record_that_is_too_long(bench: Bench) -> None:
    """Lines without end that all belong to one record come as stubs, marked as what they are."""
    bench.restart(record_start=r"\d", max_line="64KiB")
    bench.write("1\n" + "continued\n" * 200_000 + "2 next\n")
    lines = await bench.settled()
    assert (lines[0][:11], lines[-1]) == ("1\ncontinued", "2 next")
    assert max(map(len, lines)) <= 64 << 10
    assert TRUNCATED in bench.kept.notifications[0].headers


async def test_character_set(bench: Bench) -> None:
    """Text in another character set comes in UTF-8."""
    bench.restart(encoding="utf-16-le")
    bench.write("\N{BOM}J\xfcri\n".encode("utf-16-le"))
    bench.write("zwei\n".encode("utf-16-le")[:-1])
    assert await bench.settled() == ["J\xfcri"]
    bench.write(b"\0")
    assert await bench.settled() == ["zwei"]


async def test_several_lines_a_notification(bench: Bench) -> None:
    """Lines that follow one another share a notification where that is set; one that was cut stays alone."""
    bench.restart(lines_per_notification=2, max_line="1KiB")
    bench.write("1\n2\n3\n" + "x" * 2000 + "\n4\n")
    assert await bench.poll() == ["1\n2", "3", "x" * 2000, "4"]
    assert [each.headers.get(TRUNCATED) for each in bench.kept.notifications] == [None, None, "2000/1024", None]


async def test_line_without_end(bench: Bench) -> None:
    """A line of a gigabyte is a stub and a mark; its bytes are never in memory together."""
    bench.write("before\n")
    os.truncate(bench.log, 1 << 30)
    with bench.log.open("r+b") as file:
        file.seek(7)
        file.write(b"x")
    bench.write("end\nafter\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = await bench.poll()
    assert [line[:6] for line in lines] == ["before", "x" + "\0" * 5, "after"]
    assert bench.kept.notifications[1].headers[TRUNCATED].endswith(f"/{1 << 20}")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 << 10


async def test_restart_within_a_line_that_is_too_long(bench: Bench) -> None:
    """The rest of a line that is being skipped is not taken for a line after a restart."""
    bench.restart(max_line="1KiB")
    bench.write("x" * 2000)
    assert len(await bench.poll()) == 1
    bench.restart()
    bench.write("rest\nafter\n")
    assert await bench.poll() == ["after"]


async def test_random_bytes(bench: Bench) -> None:
    """A file of noise is told as the lines that are in it, and breaks nothing."""
    noise = bytes((number * number * 31 + number // 7) % 251 for number in range(300_000))
    bench.write(noise + b"\n")
    lines = await bench.poll()
    expected = [each.lstrip(b"\0").removeprefix(b"\xef\xbb\xbf").removesuffix(b"\r") for each in noise.split(b"\n")]
    assert len(lines) == len([each for each in expected if each.strip()]) > 100


async def test_more_files_than_may_be_open(bench: Bench) -> None:
    """Any number of files is followed with few of them open, and each has its line."""
    bench.restart(max_open_files=4)
    for number in range(300):
        bench.write(f"first of {number}\n", f"app.log.{number}.txt")
    before = open_files()
    assert len(await bench.poll()) == 300
    assert open_files() <= before + 5
    for number in range(300):
        bench.write(f"second of {number}\n", f"app.log.{number}.txt")
    assert len(await bench.poll()) == 300


async def test_journal_that_is_full(bench: Bench) -> None:
    """What could not be kept is handed over again, the same and once, before anything else."""
    bench.write("1\n")
    bench.kept.full = True
    with pytest.raises(JournalUnavailable):
        await bench.poll()
    bench.write("2\n")
    with pytest.raises(JournalUnavailable):
        await bench.poll()
    bench.kept.full = False
    assert await bench.poll() == ["1", "2"]
    bench.restart()
    assert await bench.poll() == []


async def test_batches(bench: Bench) -> None:
    """Many lines are handed over in batches of bounded size, with one checkpoint for each file."""
    bench.write("".join(f"line {number}\n" for number in range(100_000)))
    assert len(await bench.poll()) == 100_000
    assert max(bench.kept.batches) < 35_000
    assert len(bench.kept.checkpoints) == 2


async def test_quiet_poll_keeps_nothing(bench: Bench) -> None:
    """A poll that finds nothing new does not write to the journal."""
    bench.write("1\n2")
    await bench.settled()
    before = len(bench.kept.batches)
    await bench.settled()
    assert len(bench.kept.batches) == before


async def test_run_follows_and_ends(bench: Bench) -> None:
    """It runs until it is cancelled, wakes up for a change, and closes what it has opened."""
    bench.restart(poll="60s")
    bench.write("1\n")
    before = open_files()

    def again() -> bool:
        bench.write("2\n")  # a write before it watches would go unseen for a minute
        return bench.kept.lines[1:2] == ["2"]

    assert bench.tail is not None
    running = asyncio.create_task(bench.tail.run(bench.kept))
    await eventually(lambda: bench.kept.lines == ["1"])
    await eventually(again)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()
    assert open_files() <= before


async def test_run_outlives_a_full_journal(bench: Bench) -> None:
    """While the journal takes nothing it goes on trying."""
    bench.restart(poll="10ms")
    bench.write("1\n")
    bench.kept.full = True
    assert bench.tail is not None
    running = asyncio.create_task(bench.tail.run(bench.kept))
    await eventually(lambda: bench.kept.refused > 2)
    bench.kept.full = False
    await eventually(lambda: bench.kept.lines == ["1"])
    running.cancel()
    await asyncio.wait([running])


async def test_lines_of_a_container(bench: Bench) -> None:
    """With a mapping of lines, pieces of a line and lines of a record are one notification, as they were written."""
    pieces = cri("2026-03-01 12:00:00.000+0000 [id=1] INFO a: b") + cri("  and more")
    bench.translator = mapping.load("jenkins/log", instance="https://jenkins.example.com/", variables={})
    bench.restart(record_wait="2s")
    bench.write(b"".join(piece + b"\n" for piece in pieces[:2]))
    assert await bench.poll() == []
    bench.write(b"".join(piece + b"\n" for piece in pieces[2:]))
    assert await bench.poll() == []
    bench.now += 3
    assert await bench.poll() == [b"\n".join(pieces).decode()]


async def test_however_many_files_there_are_the_next_look_is_soon(bench: Bench) -> None:
    """A look that takes a minute is not followed by half an hour without one."""
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)
        raise asyncio.CancelledError

    times = itertools.count(step=60)
    tail = Tail(*bench.parts(), monotonic=lambda: next(times), sleep=sleep)
    with pytest.raises(asyncio.CancelledError):
        await tail.run(bench.kept)
    assert rests == [LONGEST]

"""Another process helps with a backlog, and whatever becomes of it, what is published is the same."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
import structlog.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.aside import aside as aside_module
from adapters.aside import connection
from adapters.model import Message, Record
from adapters.route import Lent
from tests.aside.support import MAPPING, NEW, OLD, House, Kept, heard, house, run
from tests.checkout import ROOT
from tests.waiting import eventually, until

STOPS = 0.3
"""How often it is stopped for a moment, of the batches that are published."""

RUNS = [run(number) for number in range(300)]
BODIES = st.sampled_from([*RUNS[:5], '{"url": "skipped"}', '{"url": "unknown"}', "no JSON", "{}"])


def gone(pid: int) -> bool:
    """Whether there is no such process, not even a dead one."""
    return not psutil.pid_exists(pid)


def dying(pid: int) -> bool:
    """Whether it has ended, with somebody to be told of it or not."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def warnings(logs: Sequence[Mapping[str, object]]) -> list[object]:
    """Why nobody helps, as it is logged."""
    return [log["reason"] for log in logs if log["log_level"] == "warning"]


async def alone(told: House, name: str) -> list[Message]:
    """What a route publishes that nobody helps."""
    await told.drained(told.route(name, sink := Kept(), alone=True))
    return sink.taken


def outcomes(messages: list[Message]) -> list[str]:
    """What their mapping said of them."""
    return [NEW if NEW.encode() in message.data else OLD for message in messages]


@settings(max_examples=2)
@given(st.lists(BODIES, min_size=60, max_size=200), st.randoms(use_true_random=False))
def test_what_two_routes_publish_is_the_same_in_the_same_order(bodies: list[str], chance: random.Random) -> None:
    """However slow it is: messages, in order, and how much was ignored, unknown and wrong."""

    async def held_up(folder: Path) -> None:
        async with house(folder, bodies) as told:
            process = psutil.Process(await told.helped())

            def before(_number: int) -> None:
                if chance.random() < STOPS:
                    process.suspend()

            async def going() -> None:
                while True:
                    await asyncio.sleep(0.01)
                    process.resume()

            sinks = {name: Kept(before) for name in told.sidecar.routes}
            ticking = asyncio.create_task(going())
            await told.drained(*(told.route(name, sink) for name, sink in sinks.items()))
            ticking.cancel()
            assert told.aside.asked
            for name, sink in sinks.items():
                assert sink.taken == await alone(told, name)
                assert told.counted(name) == told.counted(f"{name}-alone") != {}

    with TemporaryDirectory() as folder:
        asyncio.run(held_up(Path(folder)))


async def test_it_is_killed(tmp_path: Path) -> None:
    """What it had is rendered here: once, in order; that is told once, and no other is started at once."""
    async with house(tmp_path, RUNS) as told:
        pid = await told.helped()
        sink = Kept(lambda number: os.kill(pid, signal.SIGKILL) if number == 5 else None)
        with structlog.testing.capture_logs() as logs:
            await told.drained(told.route("cdevents", sink))
            await eventually(lambda: warnings(logs))
        assert sink.taken == await alone(told, "cdevents")
        (reason,) = warnings(logs)
        assert str(reason).startswith("it ended")
        assert told.aside.pid is None
        assert gone(pid)


async def test_it_is_stuck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is ended, and what it had is rendered here."""
    monkeypatch.setattr(connection, "PATIENCE", 0.2)
    async with house(tmp_path, RUNS) as told:
        pid = await told.helped()
        sink = Kept(lambda number: os.kill(pid, signal.SIGSTOP) if number == 5 else None)
        with structlog.testing.capture_logs() as logs:
            await told.drained(told.route("cdevents", sink))
            await eventually(lambda: warnings(logs))
        assert sink.taken == await alone(told, "cdevents")
        assert warnings(logs) == ["it has not answered for 0 s"]
        assert gone(pid)


async def test_it_is_stuck_when_all_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not stay behind, though it is not waited for any longer."""
    monkeypatch.setattr(connection, "PATIENCE", 0.01)
    async with house(tmp_path, RUNS) as told:
        os.kill(pid := await told.helped(), signal.SIGSTOP)
        told.aside.begin("cdevents", [Record(number, heard(run(number))) for number in range(10)])
        await eventually(lambda: told.aside.pid is None)
        await told.aside.aclose()
        await eventually(lambda: dying(pid))


async def test_a_mapping_is_loaded_anew(tmp_path: Path) -> None:
    """What is published after that is by the new one, and the process that has the old one ends."""
    async with house(tmp_path, RUNS) as told:
        pid = await told.helped()
        mapping = tmp_path / "mapping.yaml"

        def before(number: int) -> None:
            if number == 5:
                mapping.write_text(mapping.read_text().replace(OLD, NEW))
                told.sidecar.translators.reload(["tool"])

        await told.drained(told.route("cdevents", sink := Kept(before)))
        said = outcomes(sink.taken)
        assert 50 <= said.index(NEW) <= 80
        assert said == sorted(said, reverse=True)
        assert len(said) == len(RUNS)
        await eventually(lambda: gone(pid))


@pytest.mark.parametrize("text", [MAPPING.replace(OLD, NEW), "nonsense: 1"])
async def test_a_mapping_that_is_another_already_is_not_rendered_by(tmp_path: Path, text: str) -> None:
    """Files that have changed, and are not loaded here yet, or cannot be, are of no use; the log says so."""
    async with house(tmp_path, RUNS) as told:
        (tmp_path / "mapping.yaml").write_text(text)
        with structlog.testing.capture_logs() as logs:
            told.aside.begin("cdevents", [Record(number, heard(run(number))) for number in range(10)])
            await eventually(lambda: warnings(logs))
        assert warnings(logs) == ["the files of a mapping have changed, and are not loaded here"]
        await told.drained(told.route("cdevents", sink := Kept()))
        assert outcomes(sink.taken) == [OLD] * len(RUNS)
        assert told.aside.asked == 0


async def test_it_ends_when_there_is_no_backlog_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a word of warning, and leaves nothing behind."""
    monkeypatch.setattr(aside_module, "LOOK", 0.01)
    async with house(tmp_path, RUNS) as told:
        with structlog.testing.capture_logs() as logs:
            pid = await told.helped()
            await told.drained(told.route("cdevents", Kept()))
            told.backlog.ended = True
            await eventually(lambda: told.aside.pid is None)
            await eventually(lambda: gone(pid))
        assert {log["log_level"] for log in logs} == {"info"}


async def test_a_stop_while_it_is_busy(tmp_path: Path) -> None:
    """The route ends at once, and so does the process; the rest is published at the next start."""
    async with house(tmp_path, RUNS) as told:
        pid = await told.helped()
        reached = asyncio.Event()
        sink = Kept(lambda number: reached.set() if number == 5 else None)
        running = asyncio.create_task(told.route("cdevents", sink).run())
        await asyncio.wait_for(reached.wait(), 60)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await told.aside.aclose()
        assert gone(pid)
        await told.drained(told.route("cdevents", rest := Kept()))
        everything = await alone(told, "cdevents")
        assert [each for each in everything if each in sink.taken or each in rest.taken] == everything
        assert rest.taken == everything[-len(rest.taken) :]


async def test_what_is_taken_back_while_it_renders_comes_again(tmp_path: Path) -> None:
    """Of what a broker still has nothing is published here until it is handed over anew, and then all, in order."""
    async with house(tmp_path) as told:
        await told.helped()
        reached = asyncio.Event()
        route = told.route("cdevents", sink := Kept(lambda number: reached.set() if number == 5 else None))
        lent = Lent(told.sidecar.journal, "tool", lambda: {"cdevents": route})
        running = asyncio.create_task(route.run())
        handing = asyncio.create_task(lent.passed([*map(heard, RUNS)]))
        await asyncio.wait_for(reached.wait(), 60)
        handing.cancel()
        await asyncio.wait([handing])
        before = len(sink.taken)
        await told.drained(told.route("legacy", left := Kept()))
        assert len(sink.taken) == before < len(RUNS)
        assert not left.taken
        await told.sidecar.journal.append([*map(heard, RUNS)])
        route.drain()
        await asyncio.wait_for(running, 60)
        assert told.aside.asked
        assert sink.taken[before:] == await alone(told, "cdevents")


async def test_signals_are_not_for_it(tmp_path: Path) -> None:
    """A terminal's Ctrl-C and a service manager's stop reach all processes: what they mean is decided here."""
    async with house(tmp_path, RUNS) as told:
        pid = await told.helped()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(pid, number)
        await told.drained(told.route("cdevents", sink := Kept()))
        assert told.aside.pid == pid
        assert len(sink.taken) == len(RUNS)
        assert os.getsid(pid) == pid


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_it_has_nothing_of_ours(tmp_path: Path) -> None:
    """No socket, journal or file of this process, but for the one over which it is asked."""
    async with house(tmp_path, RUNS) as told:
        opened = Path(f"/proc/{await told.helped()}/fd")
        held = [str(each.readlink()) for each in opened.iterdir()]
        assert sum(name.startswith("socket:") for name in held) == 1
        assert {name for name in held if not name.startswith("socket:")} <= {os.devnull}


PARENT = """
import asyncio
from pathlib import Path
from tests.aside.support import house

async def main():
    async with house(Path()) as told:
        print(await told.helped(), flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """Also where that is killed and can end nothing itself."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment) as parent:
        assert parent.stdout is not None
        line = next(each for each in parent.stdout if each.strip().isdecimal())
        pid = int(line)
        assert not dying(pid)
        parent.kill()
    until(lambda: dying(pid))

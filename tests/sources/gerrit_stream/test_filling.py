"""A gap is filled, whenever it opens and however often, and until then the checkpoint knows of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import asyncssh
import orjson
import structlog.testing

from adapters.model import Checkpoint, Notification
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from tests.sources.gerrit.said import (
    NOW,
    branched,
    change_info,
    line,
    logged,
    review,
    uploaded,
)
from tests.sources.gerrit.server import HttpGerrit
from tests.sources.gerrit_stream.conftest import SshGerrit, ends, holds, says
from tests.sources.gerrit_stream.world import Running
from tests.waiting import eventually

Settings = Callable[..., GerritStreamSettings]


async def test_without_events_log_the_changes_fill_the_gap(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """What was uploaded while nobody listened is found in the changes."""
    said = [uploaded(change, NOW + change) for change in range(1, 13)]
    http.changes = [change_info([each]) for each in said]
    ssh.sessions = [says(*map(line, said[:4]), then=ends), says(*map(line, said[9:]))]
    async with running.source(settings()):
        await running.until_kept(said)


async def test_a_backfill_is_never_larger_than_its_window(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """After a year off, the log says what is not asked for."""
    await running.journal.append(
        (), [Checkpoint("gerrit", "stream", f'{{"complete":{NOW - 400 * 86400},"recent":{{}}}}')]
    )
    http.log, ssh.sessions = [], [holds]
    with structlog.testing.capture_logs() as logs:
        async with running.source(settings(window="1d")):
            await eventually(lambda: bool(http.asked))
    assert http.asked[0][1]["t1"] == ["2026-05-27 20:26:40"]
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["older events are not asked for"]


async def test_the_backfill_waits_until_the_log_was_written(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The events of the last seconds are not in it yet."""
    http.log, ssh.sessions = [], [holds]
    async with running.source(settings(overlap="8s")):
        await eventually(lambda: bool(http.asked))
    assert running.pauses == [8.0]


async def test_while_a_gap_is_open_the_checkpoint_stands_still(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """What is heard is handed over at once; but a crash now would ask for the whole gap again."""
    said = [uploaded(1, NOW + 50), uploaded(2, NOW + 60)]
    http.log, http.refusals, ssh.sessions = [logged(said[0])], [503] * 10_000, [says(line(said[1]))]
    async with running.source(settings()):
        await eventually(lambda: running.complete is not None and len(http.asked) > 5)
        assert (await running.bodies(), running.complete) == ([orjson.dumps(said[1])], NOW)
        http.refusals.clear()
        await running.until_kept(said)
    assert running.pauses[1:6] == sorted(running.pauses[1:6])


async def test_a_gap_that_opens_during_a_backfill_is_filled_too(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The backfill that was under way may have asked too early."""
    said = [uploaded(1, NOW + 1), uploaded(2, NOW + 2)]
    http.log = [logged(said[0])]
    again = asyncio.Event()
    loop = asyncio.get_running_loop()

    async def waits(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await again.wait()
        await ends(process)

    async def interrupt() -> None:
        again.set()
        await eventually(lambda: len(ssh.commands) == 2)
        await asyncio.sleep(0.1)  # so that the answer to the command is there

    def second(gerrit: HttpGerrit) -> None:
        if len(gerrit.asked) == 1:
            asyncio.run_coroutine_threadsafe(interrupt(), loop).result(10)
        elif gerrit.log is not None and len(gerrit.asked) == 3:
            gerrit.log.append(logged(said[1]))

    complete: list[tuple[int, int]] = []

    async def noted(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        complete.append((len(http.asked), orjson.loads(checkpoints[0].value or "")["complete"]))
        await running.journal.append(notifications, checkpoints)

    ssh.sessions, http.before_answer = [waits, holds], second
    async with running.source(settings(), noted):
        await running.until_kept(said)
    assert {moment for asked, moment in complete if asked < 3} == {NOW}


async def test_only_the_wanted_events_are_filled_in(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The events log tells all; the stream was asked for some."""
    said = [uploaded(1, NOW + 1), branched("b", NOW + 2)]
    http.log, ssh.sessions = [logged(each) for each in said], [holds]
    async with running.source(settings(events=["ref-updated"])):
        await running.until_kept(said[1:])


async def test_a_backfill_that_knows_nothing_of_what_was_heard_is_doubted(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """A wrong time zone, or a user who sees nothing, would lose every gap in silence."""
    http.log, ssh.sessions = [], [says(line(review(1, NOW + 1)))]
    async with running.source(settings()):
        await eventually(lambda: running.complete == NOW + 1)
    with structlog.testing.capture_logs() as logs:
        async with running.source(settings()):
            await eventually(lambda: any("stream told" in each["event"] for each in logs))

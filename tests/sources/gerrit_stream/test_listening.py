"""However the stream breaks, nothing that Gerrit said is missing in the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import asyncssh
import structlog.testing

from adapters.errors import JournalUnavailable
from adapters.model import Checkpoint, Notification
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from tests.sources.gerrit.said import (
    MOMENT,
    NOW,
    branched,
    dropped,
    line,
    logged,
    uploaded,
)
from tests.sources.gerrit.server import HttpGerrit
from tests.sources.gerrit_stream.conftest import SshGerrit, ends, hangs_up, holds, says
from tests.sources.gerrit_stream.world import Running
from tests.waiting import eventually

Settings = Callable[..., GerritStreamSettings]


async def test_a_line_is_a_notification_byte_for_byte(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """As Gerrit wrote it, without the line's end; the checkpoint comes with it."""
    http.log = []
    said = b'{"type": "project-created",  "projectName":"\xc3\xbc", "eventCreatedOn":%d}' % (NOW + 9)
    ssh.sessions = [says(b"\n\n" + said + b"\r\n")]
    async with running.source(settings()):
        await eventually(lambda: running.complete == NOW + 9)
        [record] = await running.journal.read(0, 10)
    assert record.notification == Notification("gerrit", said, MOMENT)


async def test_a_connection_that_breaks_in_a_line_loses_nothing(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The half line is no notification; what was lost with it comes from the events log."""
    said = [uploaded(change, NOW + change) for change in range(1, 31)]
    http.log = [logged(each) for each in said]
    first = b"".join(map(line, said[:10])) + line(said[10])[:77]
    ssh.sessions = [says(first, then=hangs_up), says(*map(line, said[20:]))]
    async with running.source(settings()):
        await running.until_kept(said)
    assert all(body.endswith(b"}") for body in await running.bodies())


async def test_many_breaks_lose_nothing(running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings) -> None:
    """However often and wherever the line breaks, every event is there in the end."""
    said = [branched(f"b{number}", NOW + number // 4) for number in range(200)]
    http.log = said
    text = b"".join(map(line, said))
    ssh.sessions = [says(text[cut : cut + 3000], then=hangs_up) for cut in range(0, len(text), 9000)]
    ssh.sessions.append(says(line(said[-1])))
    async with running.source(settings()):
        await running.until_kept(said)


async def test_what_gerrit_dropped_is_asked_for(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The connection holds, but Gerrit says that its queue ran over."""
    said = [uploaded(change, NOW + change) for change in range(1, 8)]
    http.log = []

    async def overflows(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await eventually(lambda: running.complete is not None)
        http.log = [logged(each) for each in said]
        await says(line(said[0]), line(dropped(NOW + 5)), line(said[6]))(process)

    ssh.sessions = [overflows]
    async with running.source(settings()):
        await running.until_kept([*said, dropped(NOW + 5)])
    assert ssh.connections == 1


async def test_what_is_no_event_is_not_kept_but_asked_for(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """A message of the day is no event; a line that was damaged was one, which the backfill brings."""
    said = uploaded(1, NOW + 1)
    http.log = [logged(said)]
    ssh.sessions = [says(b"Welcome to Gerrit\n", b"[1]\n", line(said)[9:])]
    with structlog.testing.capture_logs() as logs:
        async with running.source(settings()):
            await running.until_kept([said])
    assert [each["reason"] for each in logs if each["event"] == "a line is not an event"][1] == "it has no type"


async def test_a_server_that_hangs_up_at_once_is_asked_less_and_less(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """Each failure doubles the pause, up to five minutes."""
    http.log, ssh.sessions = [], [ends]
    async with running.source(settings(backfill="none", overlap="7777s")):
        await eventually(lambda: len([pause for pause in running.pauses if pause != 7777]) > 12)
    pauses = [pause for pause in running.pauses if pause != 7777]
    assert all(2**n <= pause <= 2**n + 1 for n, pause in enumerate(pauses[:8]))
    assert 300 <= pauses[11] <= 301


async def test_after_a_good_connection_the_next_is_tried_at_once(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """A restart of Gerrit after hours of service is no reason to wait."""
    http.log = []

    async def an_hour_later(process: asyncssh.SSHServerProcess[bytes]) -> None:
        running.now += timedelta(hours=1)
        await ends(process)

    ssh.sessions = [an_hour_later, holds]
    async with running.source(settings()):
        await eventually(lambda: ssh.connections == 2)
    assert {*running.pauses} <= {5.0}


async def test_a_journal_that_cannot_write_holds_the_stream(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """What was heard is handed over again until it is on disk."""
    said = [uploaded(1, NOW + 1)]
    http.log, ssh.sessions = [], [says(line(said[0]))]
    refusals = iter([JournalUnavailable("the disk is full")] * 5)

    async def full(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if error := next(refusals, None):
            raise error
        await running.journal.append(notifications, checkpoints)

    with structlog.testing.capture_logs() as logs:
        async with running.source(settings(), full):
            await running.until_kept(said)
    assert sum(each["event"] == "journal cannot be used" for each in logs) == 5

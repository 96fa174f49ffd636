"""Nothing that Gerrit said is missing in the end, whatever became of the connections in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncssh
import orjson
import pytest
import structlog.testing
from prometheus_client import CollectorRegistry

from adapters import mapping
from adapters.errors import ConfigError, JournalUnavailable
from adapters.journal import Journal
from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.gerrit_stream import GerritStream, GerritStreamSettings
from tests.sources.gerrit_stream.conftest import (
    INSTANCE,
    MOMENT,
    NOW,
    HttpGerrit,
    SshGerrit,
    ends,
    hangs_up,
    holds,
    line,
    says,
)
from tests.sources.gerrit_stream.said import BOB, branched, change_info, dropped, event, logged, uploaded

Json = dict[str, Any]
Settings = Callable[..., GerritStreamSettings]


@dataclass
class Running:
    """A source at work on a real journal, in a world where nobody has to wait."""

    journal: Journal
    pauses: list[float] = field(default_factory=list)
    now: datetime = MOMENT

    @asynccontextmanager
    async def source(self, settings: GerritStreamSettings, receive: Receive | None = None) -> AsyncIterator[None]:
        """A source with the journal's checkpoints, until the end of the block."""
        context = Context(
            name="gerrit",
            translator=lambda: None,
            checkpoints=self.journal.checkpoints("gerrit"),
            metrics=Metrics(CollectorRegistry()),
            clock=lambda: self.now,
        )
        source = GerritStream(settings, context, sleep=self.sleep)
        task = asyncio.create_task(source.run(receive or self.journal.append))
        yield
        assert not task.done(), task.exception()
        task.cancel()
        await asyncio.wait([task])

    async def sleep(self, seconds: float) -> None:
        """Takes no time, but a note of how much it was to take."""
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    @property
    def complete(self) -> int | None:
        """The checkpoint on disk: up to when nothing is missing."""
        kept = self.journal.checkpoints("gerrit").get("stream")
        return orjson.loads(kept)["complete"] if kept else None

    async def bodies(self) -> list[bytes]:
        """What is on disk."""
        return [record.notification.body for record in await self.journal.read(0, 100_000)]

    async def ids(self) -> set[str]:
        """The ids of the CDEvents of all that is on disk."""
        return ids(await self.bodies())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits until something holds."""
        async with asyncio.timeout(20):
            while not holds():  # noqa: ASYNC110 - what is looked at is a file
                await asyncio.sleep(0.01)

    async def until_kept(self, said: Sequence[Json]) -> None:
        """Waits until the CDEvents of all that was said are on disk, and nothing else; then, until it is complete."""
        wanted, latest = ids([orjson.dumps(each) for each in said]), max(each["eventCreatedOn"] for each in said)
        async with asyncio.timeout(20):
            while not wanted <= await self.ids() or (self.complete or 0) < latest:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        assert await self.ids() == wanted


def ids(bodies: list[bytes]) -> set[str]:
    """The ids of the CDEvents that events become."""
    translator = mapping.load("gerrit/events", instance=INSTANCE, variables={"minor_events": True})
    notifications = [Notification("gerrit", body, MOMENT) for body in bodies]
    return {made.id for each in notifications for made in translator.translate(each).events}


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """A world with an empty journal."""
    journal = Journal(tmp_path / "journal.db", max_bytes=64 << 20)
    yield Running(journal)
    await journal.aclose()


def review(change: int, at: int, comment: str = "Patch Set 1:\n\nNice") -> Json:
    """A comment by somebody else."""
    return event("comment-added", change, at, author=BOB, approvals=[], comment=comment)


async def test_a_line_is_a_notification_byte_for_byte(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """As Gerrit wrote it, without the line's end; the checkpoint comes with it."""
    http.log = []
    said = b'{"type": "project-created",  "projectName":"\xc3\xbc", "eventCreatedOn":%d}' % (NOW + 9)
    ssh.sessions = [says(b"\n\n" + said + b"\r\n")]
    async with running.source(settings()):
        await running.until(lambda: running.complete == NOW + 9)
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


async def test_without_events_log_the_changes_fill_the_gap(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """What was uploaded while nobody listened is found in the changes."""
    said = [uploaded(change, NOW + change) for change in range(1, 13)]
    http.changes = [change_info([each]) for each in said]
    ssh.sessions = [says(*map(line, said[:4]), then=ends), says(*map(line, said[9:]))]
    async with running.source(settings()):
        await running.until_kept(said)


async def test_what_gerrit_dropped_is_asked_for(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The connection holds, but Gerrit says that its queue ran over."""
    said = [uploaded(change, NOW + change) for change in range(1, 8)]
    http.log = []

    async def overflows(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await running.until(lambda: running.complete is not None)
        http.log = [logged(each) for each in said]
        await says(line(said[0]), line(dropped(NOW + 5)), line(said[6]))(process)

    ssh.sessions = [overflows]
    async with running.source(settings()):
        await running.until_kept([*said, dropped(NOW + 5)])
    assert ssh.connections == 1


async def test_a_restart_goes_on_from_the_checkpoint(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """What happened while the process was down is asked for, and nothing that is long known."""
    said = [uploaded(change, NOW + 60 * change) for change in range(1, 21)]
    http.log = [logged(each) for each in said[:10]]
    ssh.sessions = [says(*map(line, said[:10]))]
    async with running.source(settings()):
        await running.until(lambda: running.complete == NOW + 600)
    http.log, ssh.sessions, running.now = [logged(each) for each in said], [holds], MOMENT + timedelta(hours=1)
    http.asked.clear()
    async with running.source(settings()):
        await running.until_kept(said)
    assert http.asked[0][1]["t1"] == ["2026-05-28 20:36:35"]
    assert (
        len(await running.bodies()) == len(said) + 1 + 10
    )  # the shape differs in what is told again: one, and ten new


async def test_a_first_start_fills_nothing(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The past of a server is no news; from now on, nothing is missing."""
    http.log = [logged(uploaded(change, NOW - 60 * change)) for change in range(1, 4)]
    ssh.sessions = [holds]
    async with running.source(settings()):
        await running.until(lambda: running.complete == NOW)
    assert await running.bodies() == []


async def test_a_first_start_goes_back_to_since(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """Who wants the past says from when."""
    said = [uploaded(change, NOW - 60 * change) for change in range(1, 4)]
    http.log, ssh.sessions = [logged(each) for each in said], [holds]
    async with running.source(settings(since="2026-05-28T20:24:00Z")):
        await running.until_kept(said[:2])


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
            await running.until(lambda: bool(http.asked))
    assert http.asked[0][1]["t1"] == ["2026-05-27 20:26:40"]
    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["older events are not asked for"]


async def test_the_backfill_waits_until_the_log_was_written(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The events of the last seconds are not in it yet."""
    http.log, ssh.sessions = [], [holds]
    async with running.source(settings(overlap="8s")):
        await running.until(lambda: bool(http.asked))
    assert running.pauses == [8.0]


async def test_while_a_gap_is_open_the_checkpoint_stands_still(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """What is heard is handed over at once; but a crash now would ask for the whole gap again."""
    said = [uploaded(1, NOW + 50), uploaded(2, NOW + 60)]
    http.log, http.refusals, ssh.sessions = [logged(said[0])], [503] * 10_000, [says(line(said[1]))]
    async with running.source(settings()):
        await running.until(lambda: running.complete is not None and len(http.asked) > 5)
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
        await running.until(lambda: len(ssh.commands) == 2)
        await asyncio.sleep(0.1)  # so that the answer to the command is there

    def second(gerrit: HttpGerrit) -> None:
        if len(gerrit.asked) == 1:
            asyncio.run_coroutine_threadsafe(interrupt(), loop).result(10)
        elif gerrit.log is not None and len(gerrit.asked) == 3:
            gerrit.log.append(logged(said[1]))

    ssh.sessions, http.before_answer = [waits, holds], second
    async with running.source(settings()):
        await running.until_kept(said)


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
        await running.until(lambda: len([pause for pause in running.pauses if pause != 7777]) > 12)
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
        await running.until(lambda: ssh.connections == 2)
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


async def test_what_was_heard_is_not_made_up_again(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The changes date a comment before its event: the backfill knows it by its words, even after a restart."""
    said = [uploaded(1, NOW + 10), review(1, NOW + 13)]
    change = change_info(said[:1])
    message = {"author": BOB, "date": change["created"], "message": "Patch Set 1:\n\nNice", "_revision_number": 1}
    http.changes = [change | {"messages": [message]}]
    ssh.sessions = [says(*map(line, said))]
    for _ in range(2):
        async with running.source(settings()):
            await running.until_kept(said)
            await running.until(lambda: len(http.asked) >= 3)
            http.asked.clear()
    assert await running.ids() == ids([orjson.dumps(each) for each in said])


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
    http.log, ssh.sessions = [], [says(line(review(1, NOW + 1)), then=ends), holds]
    with structlog.testing.capture_logs() as logs:
        async with running.source(settings()):
            await running.until(lambda: any("stream told" in each["event"] for each in logs))


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"key": "nowhere/id"}, "nowhere/id: there is no such file"),
        ({"known_hosts": "nowhere/known"}, "nowhere/known: there is no such file"),
    ],
)
def test_a_missing_file_is_told_at_the_start(settings: Settings, given: dict[str, str], problem: str) -> None:
    """Not at the first connection, in the night."""
    context = Context("gerrit", lambda: None, {}, Metrics(CollectorRegistry()), lambda: MOMENT)
    with pytest.raises(ConfigError) as wrong:
        GerritStream(settings(**given), context)
    assert [str(each) for each in wrong.value.problems] == [problem]

"""What a Gerrit's changes tell comes to disk, all of it and once, over restarts and crashes."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
import structlog.testing
from pydantic import ValidationError

from adapters.errors import ConfigError, JournalUnavailable
from adapters.journal import Journal
from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.gerrit_api.settings import GerritApiSettings
from adapters.sources.gerrit_api.source import GerritApi
from tests.sources.gerrit.said import BOB, INSTANCE, MOMENT, NOW, Json, change_info, rest_time, review, uploaded
from tests.sources.gerrit.server import HttpGerrit, listening
from tests.sources.gerrit_stream.world import ids
from tests.waiting import eventually

Settings = Callable[..., GerritApiSettings]
LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture
def http() -> Iterator[HttpGerrit]:
    """A Gerrit."""
    with listening() as gerrit:
        yield gerrit


@pytest.fixture
def settings(http: HttpGerrit) -> Settings:
    """Settings for it, but for what is given; it may be asked as often as one likes."""
    usual = {"type": "gerrit-api", "instance": INSTANCE, "url": http.url, "username": "cdevents", "password": "secret"}
    return lambda **given: GerritApiSettings.model_validate(usual | {"requests_per_second": 1e6} | given)


@dataclass
class World:
    """A journal that is real, and a time that passes at once; `polls` is how often there was a pause between two."""

    journal: Journal
    pauses: list[float] = field(default_factory=list)

    @property
    def polls(self) -> int:
        """How often a poll has come to its end."""
        return self.pauses.count(30.0)

    @asynccontextmanager
    async def source(self, settings: GerritApiSettings, receive: Receive | None = None) -> AsyncIterator[None]:
        """A source with the journal's checkpoints, until the end of the block."""
        task = asyncio.create_task(self.made(settings).run(receive or self.journal.append))
        try:
            yield
            assert not task.done(), task.exception()
        finally:
            task.cancel()
            await asyncio.wait([task])

    def made(self, settings: GerritApiSettings) -> GerritApi:
        """A source that knows what is on disk."""
        kept = self.journal.checkpoints("gerrit")
        context = Context("gerrit", lambda: None, kept, Metrics(), lambda: MOMENT)
        return GerritApi(settings, context, sleep=self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Takes no time, but a note of how much it was to take."""
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def polled(self, times: int = 1) -> None:
        """Waits until all was asked for so often again, from beginning to end."""
        wanted = self.polls + times + 1
        await eventually(lambda: self.polls >= wanted)

    async def bodies(self) -> list[bytes]:
        """What is on disk."""
        return [record.notification.body for record in await self.journal.read(0, 100_000)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """An empty journal."""
    journal = Journal(tmp_path / "journal.db", max_bytes=64 << 20)
    yield World(journal)
    await journal.aclose()


def said(change: Json, at: int, text: str) -> Json:
    """The change with one message more."""
    message = {"id": f"{at:x}", "author": BOB, "date": rest_time(at), "message": text, "_revision_number": 1}
    return change | {"updated": rest_time(at), "messages": [*change["messages"], message]}


async def test_what_happens_is_the_events_of_the_stream(world: World, http: HttpGerrit, settings: Settings) -> None:
    """Each once, however often it is asked; what comes later to a change is told alone."""
    stream = [uploaded(1, NOW + 1), uploaded(2, NOW + 2), review(1, NOW + 9)]
    http.changes = [change_info([each]) for each in stream[:2]]
    async with world.source(settings()):
        await world.polled()
        http.changes[0] = said(http.changes[0], NOW + 9, "Patch Set 1:\n\nNice")
        await world.polled(3)
    bodies = await world.bodies()
    assert len(bodies) == len(stream)
    assert ids(bodies) == ids([orjson.dumps(each) for each in stream])


async def test_a_first_start_tells_nothing_of_the_past(world: World, http: HttpGerrit, settings: Settings) -> None:
    """The past of a server is no news; `since` says from when it is."""
    http.changes = [change_info([uploaded(number, NOW - 60 * number)]) for number in range(1, 4)]
    async with world.source(settings()):
        await world.polled()
    assert await world.bodies() == []


async def test_a_first_start_goes_back_to_since(world: World, http: HttpGerrit, settings: Settings) -> None:
    """However many changes there are."""
    http.changes = [change_info([uploaded(number, NOW - 600 * number)]) for number in range(1, 24)]
    http.page = 4
    async with world.source(settings(since=LONG_AGO)):
        await world.polled(2)
    assert len(await world.bodies()) == len(http.changes)


async def test_what_happens_while_it_is_down_is_told_when_it_is_back(
    world: World, http: HttpGerrit, settings: Settings
) -> None:
    """Nothing is told twice, and nothing is missing; even where nothing had happened before."""
    async with world.source(settings()):
        await world.polled()
    http.changes = [change_info([uploaded(number, NOW + 60 * number)]) for number in range(1, 9)]
    for _ in range(3):
        async with world.source(settings()):
            await world.polled()
    assert len(await world.bodies()) == len(http.changes)


async def test_a_crash_between_two_pages_loses_nothing(world: World, http: HttpGerrit, settings: Settings) -> None:
    """It goes on from the page that was not on disk."""
    http.changes = [change_info([uploaded(number, NOW - 600 * number)]) for number in range(1, 24)]
    http.page = 4
    kept, crash = iter(range(4)), asyncio.Event()

    async def killed(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if next(kept, None) is None:
            crash.set()
            await asyncio.Event().wait()
        await world.journal.append(notifications, checkpoints)

    async with world.source(settings(since=LONG_AGO), killed):
        await asyncio.wait_for(crash.wait(), 10)
    already = len(await world.bodies())
    http.asked.clear()
    async with world.source(settings(since=LONG_AGO)):
        await world.polled()
    first = next(query["q"][0] for _, query in http.asked if "before" in query.get("q", [""])[0])
    bodies = await world.bodies()
    assert 0 < already < len(http.changes) == len(ids(bodies)) <= len(bodies) <= len(http.changes) + 1
    assert first == 'after:"2020-01-01 00:00:00" before:"2026-05-28 18:46:41"'


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_gerrit_that_cannot_answer_is_asked_again(
    world: World, http: HttpGerrit, settings: Settings, status: int
) -> None:
    """After longer and longer pauses; nothing is lost by it."""
    http.refusals = [status] * 5
    http.changes = [change_info([uploaded(1, NOW + 1)])]
    with structlog.testing.capture_logs() as logs:
        async with world.source(settings()):
            await world.polled()
    troubles = [each["reason"] for each in logs if each["event"] == "Gerrit does not tell of its changes"]
    assert troubles == [f"GET changes/ answered {status}: not now"] * 4
    assert [int(pause) for pause in world.pauses if pause != 30][:4] == [1, 2, 4, 8]
    assert len(await world.bodies()) == 1


async def test_a_wrong_password_is_told_without_showing_it(world: World, http: HttpGerrit, settings: Settings) -> None:
    """With the names of the settings to look at."""
    http.refusals = [401] * 3
    with structlog.testing.capture_logs() as logs:
        async with world.source(settings()):
            await world.polled()
    said = str(logs)
    assert "(compare username and password with Gerrit's HTTP credentials)" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "page",
    [b"<html>Please log in</html>", b"[{}]", b"[null]", b'[[{"_number": 1}]]', b'[{"_number": 1, "updated": "today"}]'],
)
async def test_a_page_of_another_server_is_no_answer(
    world: World, http: HttpGerrit, settings: Settings, page: bytes
) -> None:
    """A login page with status 200 does not mean that nothing has happened, and a list of something else no change."""
    http.page_of_another = page
    with structlog.testing.capture_logs() as logs:
        async with world.source(settings()):
            await eventually(lambda: len(world.pauses) > 2)
    assert "is url that of Gerrit itself?" in str(logs)


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ({"username": "ci", "password": "pass"}, (f"Basic {b64encode(b'ci:pass').decode()}", "/a/changes/")),
        ({"username": None, "password": None, "token": "opaque"}, ("Bearer opaque", "/a/changes/")),
        ({"username": None, "password": None}, (None, "/changes/")),
    ],
    ids=["password", "token", "anybody"],
)
async def test_it_says_who_it_is(
    world: World, http: HttpGerrit, settings: Settings, user: Json, told: tuple[str | None, str]
) -> None:
    """With a name and a password, with a token, or not at all."""
    async with world.source(settings(**user)):
        await world.polled()
    assert {(header, path) for header, (path, _) in zip(http.authorizations, http.asked, strict=True)} >= {told}
    assert {*http.authorizations} == {told[0]}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"password": None}, "'username' and 'password' go together"),
        ({"token": "opaque"}, "either 'username' and 'password', or 'token'"),
        ({"url": "https://ci:secret@gerrit.example.com/"}, "expected a URL"),
    ],
)
def test_who_it_is_must_be_clear(settings: Settings, given: Json, problem: str) -> None:
    """One user, and none in the URL."""
    with pytest.raises(ValidationError, match=problem):
        settings(**given)


@pytest.mark.parametrize(("changes", "warned"), [(3, False), (0, True)])
async def test_it_says_what_it_sees(
    world: World, http: HttpGerrit, settings: Settings, changes: int, *, warned: bool
) -> None:
    """As whom, and how many changes; a Gerrit that shows none is no silence, but a warning."""
    http.changes = [change_info([uploaded(number, NOW - 60 * number)]) for number in range(1, changes + 1)]
    with structlog.testing.capture_logs() as logs:
        async with world.source(settings(query="project:tools/build")):
            await world.polled()
    (report,) = [each for each in logs if each["event"] == "Gerrit answers"]
    assert (report["user"], report["changes"]) == (1000, str(changes))
    assert any(each["event"].startswith("Gerrit shows no changes") for each in logs) is warned
    assert http.asked[1][1]["q"] == ['after:"1970-01-01 00:00:00" (project:tools/build)']


async def test_a_change_that_cannot_be_read_costs_only_itself(
    world: World, http: HttpGerrit, settings: Settings
) -> None:
    """The log says which."""
    broken: dict[str, Any] = change_info([uploaded(2, NOW + 2)]) | {"revisions": {"x": {"_number": 1}}}
    http.changes = [change_info([uploaded(1, NOW + 1)]), broken]
    with structlog.testing.capture_logs() as logs:
        async with world.source(settings()):
            await world.polled()
    assert len(await world.bodies()) == 1
    assert [each["change"] for each in logs if each["event"] == "a change cannot be read"][:1] == [2]


def test_another_sources_checkpoint_is_told_at_the_start(settings: Settings) -> None:
    """A name that was used for something else would begin anywhere."""
    context = Context("gerrit", lambda: None, {"changes": "17"}, Metrics(), lambda: MOMENT)
    with pytest.raises(ConfigError, match="its checkpoint 'changes' is not its own: not written by this source"):
        GerritApi(settings(), context)


async def test_a_full_journal_is_waited_for(world: World, http: HttpGerrit, settings: Settings) -> None:
    """What was heard is handed over again until it is on disk."""
    http.changes = [change_info([uploaded(1, NOW + 1)])]
    refusals = iter([JournalUnavailable("the disk is full")] * 3)

    async def full(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if error := next(refusals, None):
            raise error
        await world.journal.append(notifications, checkpoints)

    async with world.source(settings(), full):
        await world.polled()
    assert len(await world.bodies()) == 1

"""Live: what is heard beside what it becomes, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import httpx
import pytest
from starlette.types import ASGIApp, Message

from adapters.config import Config
from adapters.console import lately
from adapters.console.application import application
from adapters.console.console import Console
from adapters.console.lately import Line, Look
from adapters.console.live import MOST_VIEWERS, QUIET, watched
from adapters.errors import JournalUnavailable
from adapters.journal import Database
from adapters.lineage.watching import Wanted
from adapters.model import Record
from tests.console.support import browsing, journal, said, settings
from tests.service import build

HEARD = [
    said("jenkins", build(7)),
    said("jenkins", b'{"of": "no kind that is known"}'),
    said("gerrit", b'{"type": "<script>alert(1)</script>"}'),
]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Three tools and two files."""
    return settings(tmp_path)


async def page(config: Config, query: str = "") -> httpx.Response:
    """The page as it is when it is loaded."""
    async with journal(config, HEARD), browsing(config) as client:
        return await client.get(f"/live{query}")


async def test_what_a_tool_said_is_beside_what_it_became(config: Config) -> None:
    """The latest first; each leads to its record; what became nothing says why."""
    text = (await page(config)).text
    assert text.index('href="/records/3"') < text.index('href="/records/2"') < text.index('href="/records/1"')
    assert "<strong>pipelinerun.finished</strong>" in text
    assert "covered by no rule" in text


async def test_what_a_tool_said_is_text(config: Config) -> None:
    """A script in it is shown and is none."""
    text = (await page(config)).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?source=gerrit", {3}),
        ("?type=pipelinerun.*", {1}),
        ("?type=change.*", set()),
        ("?source=jenkins", {1, 2}),
        ("?subject=no-such", set()),
        ("?source=&type=&subject=&chain=", {1, 2, 3}),
    ],
)
async def test_it_shows_what_is_asked_for(config: Config, query: str, shown: set[int]) -> None:
    """By source, type, subject and chain; an empty field asks for nothing."""
    text = (await page(config, query)).text
    assert {number for number in (1, 2, 3) if f'href="/records/{number}"' in text} == shown


async def test_a_chain_and_a_subject_are_asked_for_by_what_a_line_shows(config: Config) -> None:
    """A link on each line leads to its chain."""
    text = (await page(config)).text
    chain = text.partition('href="/live?chain=')[2].partition('"')[0]
    assert 'href="/records/1"' in (await page(config, f"?chain={chain}")).text
    assert 'href="/records/2"' not in (await page(config, f"?chain={chain}")).text


async def test_a_type_that_there_is_not_is_told(config: Config) -> None:
    """Otherwise somebody would wait for it."""
    assert "There is no event &#39;change.merge&#39;" in (await page(config, "?type=change.merge")).text


async def test_a_secret_is_not_shown(config: Config) -> None:
    """Neither in what a tool said nor in what becomes of it."""
    async with (
        journal(config, [said("gerrit", b'{"url": "https://me:pass-w0rd@git.example.com/a"}')]),
        browsing(config) as client,
    ):
        text = (await client.get("/live")).text
    assert "git.example.com" in text
    assert "pass-w0rd" not in text


async def test_a_stream_begins_after_a_record(config: Config) -> None:
    """Which it has to be told."""
    async with journal(config), browsing(config) as client:
        assert (await client.get("/live/stream")).status_code == 400
        assert (await client.get("/live/stream?after=-1")).status_code == 400


def line(record: Record) -> Line:
    """Of any record."""
    return Line(record.seq, datetime(2026, 1, 1, tzinfo=UTC), record.notification.source, "", (), 0, "")


async def looked(config: Config, count: int, wanted: Wanted, after: int = 0) -> Look:
    """What a look sees of so many records."""
    heard = [said("jenkins" if number % 2 else "gerrit", build(number)) for number in range(count)]
    async with journal(config, heard):
        with Database(config.journal.path) as database:
            return lately.lately(database, after, wanted, line)


async def test_of_many_the_latest_are_shown_and_the_others_counted(config: Config) -> None:
    """Each is one or the other."""
    look = await looked(config, 700, Wanted())
    assert [each.seq for each in look.lines] == [*range(700, 700 - lately.MOST_SHOWN, -1)]
    assert (look.passed, look.last) == (700 - lately.MOST_SHOWN, 700)


async def test_what_was_looked_at_and_is_not_wanted_is_not_counted(config: Config) -> None:
    """Of one source there are half as many."""
    look = await looked(config, 30, Wanted(sources=["gerrit"]))
    assert [each.seq for each in look.lines] == [*range(29, 0, -2)]
    assert look.passed == 0


async def test_with_a_choice_no_more_than_so_many_are_looked_at(config: Config) -> None:
    """However much was heard since: the rest is counted."""
    look = await looked(config, lately.MOST_READ + 50, Wanted(sources=["nobody"]))
    assert (look.lines, look.passed) == ([], 50)


async def test_nothing_new_is_nothing(config: Config) -> None:
    """And the place is kept."""
    assert await looked(config, 5, Wanted(), after=5) == Look([], 0, 5)
    assert await looked(config, 0, Wanted(), after=9) == Look([], 0, 9)


async def first(news: AsyncIterator[Look | str], count: int) -> list[Look | str]:
    """The first news of a stream."""
    return [await anext(news) for _ in range(count)]


async def test_a_slow_viewer_is_not_waited_for() -> None:
    """Nothing is looked at before what there was is taken: what came meanwhile is then one look."""
    looks: list[int] = []

    def look(after: int) -> Look:
        looks.append(after)
        return Look([line(Record(after + 100, said("jenkins", b"")))], 99, after + 100)

    async def pause(_seconds: float) -> None:
        return None

    news = watched(look, 7, Event(), pause)
    assert [each.last for each in await first(news, 2) if isinstance(each, Look)] == [107, 207]
    assert looks == [7, 107]


async def test_a_quiet_stream_says_now_and_then_that_it_is_there() -> None:
    """So that one who has gone is noticed."""
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    await first(watched(lambda after: Look([], 0, after), 7, Event(), pause), 2)
    assert QUIET * 2 <= sum(waited) <= QUIET * 2 + 2


async def test_a_stream_ends_when_the_console_does() -> None:
    """It is not what a stop waits for."""
    leaving = Event()

    async def pause(_seconds: float) -> None:
        leaving.set()

    news = watched(lambda after: Look([], 1, after + 1), 7, leaving, pause)
    assert [each async for each in news] == [Look([], 1, 8)]


async def test_a_journal_that_cannot_be_read_is_told_once() -> None:
    """And when it can be again."""
    answers: list[Callable[[], Look]] = [*[_unavailable] * 3, lambda: Look([], 0, 7)]

    async def pause(_seconds: float) -> None:
        return None

    told = await first(watched(lambda _: answers.pop(0)(), 7, Event(), pause), 2)
    assert told == ["it is gone", Look([], 0, 7)]


def _unavailable() -> Look:
    raise JournalUnavailable("it is gone")


async def test_only_so_many_watch_however_many_come_at_once(config: Config) -> None:
    """None gets in while another's answer begins; when they are gone, there is place again."""
    async with journal(config):
        console = Console(config)
        app = application(console)
        opened = await asyncio.gather(*(begun(app) for _ in range(3 * MOST_VIEWERS)))
        statuses = [status for status, _ in opened]
        assert (statuses.count(200), statuses.count(503)) == (MOST_VIEWERS, 2 * MOST_VIEWERS)
        console.leaving.set()
        await asyncio.wait_for(asyncio.gather(*(ended for _, ended in opened)), 30)
        console.leaving.clear()
        status, ended = await begun(app)
        console.leaving.set()
        await asyncio.wait_for(ended, 30)
        assert status == 200


async def begun(app: ASGIApp) -> tuple[int, asyncio.Future[None]]:
    """The status of a stream, and the stream, which goes on."""
    started: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def send(message: Message) -> None:
        await asyncio.sleep(0)
        if message["type"] == "http.response.start":
            started.set_result(message["status"])

    async def receive() -> Message:
        return await asyncio.Future()

    scope = {"type": "http", "method": "GET", "path": "/live/stream", "query_string": b"after=0"}
    ended = asyncio.ensure_future(app({**scope, "headers": [(b"host", b"localhost")]}, receive, send))
    return await asyncio.wait_for(started, 30), ended

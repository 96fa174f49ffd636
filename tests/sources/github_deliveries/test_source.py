"""What a webhook of GitHub did not bring comes to disk, all of it and once, over restarts and crashes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import structlog.testing

from adapters.model import Checkpoint, Notification
from tests.mappings.support import golden
from tests.sources.github_deliveries.conftest import TRANSLATOR, Settings, World
from tests.sources.github_deliveries.fake import NOW, FakeGithub

LONG_AGO = "2020-01-01T00:00:00Z"
FORGOTTEN = "GitHub has forgotten what it sent"


def run(number: int) -> dict[str, Any]:
    """The end of a run, which is no other run's."""
    body: dict[str, Any] = golden("github/events", "run-success.json")
    body["workflow_run"]["id"] = number
    return body


async def told(world: World) -> list[int]:
    """The runs that are on disk, in their order."""
    return [int(event.subject_id.split("/")[4]) for event in await world.events()]


async def test_what_did_not_arrive_is_heard_once_and_in_its_order(
    world: World, github: FakeGithub, settings: Settings
) -> None:
    """Over as many pages as there are, and however often it is asked; what arrived is not heard again."""
    github.page = 7
    for number in range(60):
        github.deliver(run(number), NOW - 600 + number, 202 if number % 3 else 502)
    async with world.source(settings(since=LONG_AGO)):
        await world.polled(3)
        github.deliver(run(99), NOW + 5, 0)
        await world.polled(3)
    assert await told(world) == [*range(0, 60, 3), 99]


async def test_it_is_what_the_webhook_would_have_heard(world: World, github: FakeGithub, settings: Settings) -> None:
    """With the header that says what it is, no other, and as JSON, however it was sent: the ids are the same."""
    star = golden("github/events", "star-deleted-without-header.json")
    github.deliver(run(1), NOW - 20)
    github.deliver(star, NOW - 10, event="star")
    async with world.source(settings(since=LONG_AGO)):
        await world.polled()
    first, second = await world.heard()
    assert first.headers == {"content-type": "application/json", "x-github-event": "workflow_run"}
    assert second.headers["x-github-event"] == "star"
    posted = Notification("webhook", first.body, first.received_at, {"x-github-event": "workflow_run"})
    assert [each.id for each in await world.events()] == [each.id for each in TRANSLATOR.translate(posted).events]


async def test_what_is_sent_again_is_one_event(world: World, github: FakeGithub, settings: Settings) -> None:
    """One that arrived in the end did arrive; one that never did is heard once."""
    arrived = github.deliver(run(1), NOW - 50)
    never = github.deliver(run(2), NOW - 40)
    github.deliver(run(1), NOW - 30, 202, again=arrived)
    github.deliver(run(2), NOW - 20, again=never)
    async with world.source(settings(since=LONG_AGO)):
        await world.polled(2)
        github.deliver(run(2), NOW - 5, again=never)
        await world.polled(2)
    assert await told(world) == [2]


async def test_all_is_heard_where_there_is_no_webhook_source(
    world: World, github: FakeGithub, settings: Settings
) -> None:
    """With `hears: all` it does not count whether somebody else took it."""
    for number in range(5):
        github.deliver(run(number), NOW - 50 + number, 202 if number % 2 else 502)
    async with world.source(settings(since=LONG_AGO, hears="all")):
        await world.polled(2)
    assert await told(world) == [*range(5)]


async def test_a_first_start_tells_nothing_of_the_past(world: World, github: FakeGithub, settings: Settings) -> None:
    """And what is missed from then on, also while it is down, is heard when it is back."""
    github.deliver(run(1), NOW - 50)
    async with world.source(settings()):
        await world.polled()
    github.deliver(run(2), NOW + 50)
    for _ in range(2):
        async with world.source(settings()):
            await world.polled()
    assert await told(world) == [2]


async def test_what_is_listed_late_is_heard(world: World, github: FakeGithub, settings: Settings) -> None:
    """A delivery is tried for a while, and others end before it."""
    github.deliver(run(1), NOW + 100, 202)
    async with world.source(settings()):
        await world.polled()
        github.deliver(run(2), NOW + 95)
        await world.polled()
    assert await told(world) == [2]


async def test_a_crash_between_two_writes_loses_nothing(world: World, github: FakeGithub, settings: Settings) -> None:
    """It goes on from what was not on disk, and tells nothing twice."""
    for number in range(70):
        github.deliver(run(number), NOW - 600 + number)
    kept, crash = iter(range(3)), asyncio.Event()

    async def killed(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if next(kept, None) is None:
            crash.set()
            await asyncio.Event().wait()
        await world.journal.append(notifications, checkpoints)

    async with world.source(settings(since=LONG_AGO), killed):
        await asyncio.wait_for(crash.wait(), 60)
    assert 0 < len(await told(world)) < 70
    async with world.source(settings()):
        await world.polled()
    assert await told(world) == [*range(70)]


@pytest.mark.parametrize("gone", ["answers 404", "has no payload"])
async def test_what_github_has_forgotten_holds_up_nothing(
    world: World, github: FakeGithub, settings: Settings, gone: str
) -> None:
    """It is said which it was."""
    guid = github.deliver(run(1) if gone == "answers 404" else None, NOW - 20)
    github.deliver(run(2), NOW - 10)
    github.gone = {github.deliveries[0]["id"]} if gone == "answers 404" else set()
    with structlog.testing.capture_logs() as logs:
        async with world.source(settings(since=LONG_AGO)):
            await world.polled(3)
    assert await told(world) == [2]
    assert [each["delivery"] for each in logs if each["event"] == FORGOTTEN] == [guid]


@pytest.mark.parametrize(
    ("refusal", "pause"),
    [
        ((429, {"Retry-After": "90"}), 90.0),
        ((403, {"Retry-After": "30"}), 30.0),
        ((403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW + 240)}), 240.0),
        ((429, {}), 60.0),
        ((403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW + 999_999)}), 3600.0),
        ((403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW - 5)}), 1.0),
    ],
)
async def test_who_is_asked_too_often_is_left_alone(
    world: World, github: FakeGithub, settings: Settings, refusal: tuple[int, dict[str, str]], pause: float
) -> None:
    """For as long as GitHub says, whichever way it does; nothing is lost by it."""
    github.deliver(run(1), NOW - 20)
    github.refusals = [(*refusal, b'{"message":"API rate limit exceeded"}')] * 2
    async with world.source(settings(since=LONG_AGO)):
        await world.polled()
    assert world.pauses.count(pause) == 2
    assert await told(world) == [1]


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((500, {}, b"ghp_not-a-real-token"), "answered 500: [redacted]"),
        ((401, {}, b'{"message":"Bad credentials"}'), "may the token, or the App, read webhooks?"),
        ((404, {}, b'{"message":"Not Found"}'), "compare hook with the webhook's URL"),
        ((403, {}, b'{"message":"Resource not accessible"}'), "may the token, or the App, read webhooks?"),
        ((200, {}, b"<html>log in</html>"), "is not JSON"),
        ((200, {}, b'{"message":"hello"}'), "is url that of GitHub's REST API?"),
        ((200, {}, b'[{"id":1}]'), "is url that of GitHub's REST API?"),
        ((200, {}, b"[7]"), "is url that of GitHub's REST API?"),
        ((302, {"Location": "https://elsewhere.example.com/"}, b""), "it redirects to https://elsewhere.example.com"),
    ],
)
async def test_trouble_is_told_and_asked_again(
    world: World, github: FakeGithub, settings: Settings, refusal: tuple[int, dict[str, str], bytes], said: str
) -> None:
    """With what may help, and never the token; the past is heard when it is over."""
    github.deliver(run(1), NOW - 20)
    github.refusals = [refusal]
    with structlog.testing.capture_logs() as logs:
        async with world.source(settings(since=LONG_AGO)):
            await world.polled()
    [reason] = [each["reason"] for each in logs if each["event"] == "GitHub does not tell what was delivered"]
    assert said in reason
    assert "ghp_" not in reason
    assert await told(world) == [1]


async def test_a_next_page_that_is_no_url_stops_nothing(world: World, github: FakeGithub, settings: Settings) -> None:
    """What there is no cursor in is the last page."""
    github.refusals = [(200, {"Link": '<http://[::1>; rel="next"'}, b"[]")]
    github.deliver(run(1), NOW - 20)
    async with world.source(settings(since=LONG_AGO)):
        await world.polled()
        await world.polled()
    assert await told(world) == [1]


async def test_only_the_cursor_is_taken_of_what_github_links_to(
    world: World, github: FakeGithub, settings: Settings
) -> None:
    """Each request goes to the configured host, as who is configured."""
    github.page = 1
    for number in range(3):
        github.deliver(run(number), NOW - 50 + number)
    async with world.source(settings(since=LONG_AGO)):
        await world.polled()
    assert await told(world) == [0, 1, 2]
    assert set(github.authorizations) == {"Bearer ghp_not-a-real-token"}


async def test_a_gap_that_github_does_not_remember_is_told(world: World, settings: Settings) -> None:
    """It keeps deliveries for three days."""
    with structlog.testing.capture_logs() as logs:
        async with world.source(settings(since="2026-04-28T10:00:00Z")):
            await world.polled()
    [warning] = [each for each in logs if "three days" in each["event"]]
    assert warning["log_level"] == "warning"

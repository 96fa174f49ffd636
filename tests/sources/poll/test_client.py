"""What an API answers is taken for what it is, and it is asked no more often than it wants."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from adapters.sources.poll.errors import Unlisted
from tests.sources.poll.conftest import Settings, World
from tests.sources.poll.fake import NOW, FakeApi, Given, answer, listening

ONE = [{"id": 1}]


async def test_it_says_who_asks(world: World, api: FakeApi, settings: Settings) -> None:
    """By a token or a password, and by headers of one's own."""
    api.lists("/builds", ONE)
    await world.polled(settings(auth={"bearer": "t0ken"}, headers={"X-Site": "south"}))
    await world.polled(settings(auth={"basic": {"username": "ci", "password": "pa55"}}))
    assert [each.get("Authorization") for each in api.headers] == ["Bearer t0ken", "Basic Y2k6cGE1NQ=="]
    assert api.headers[0]["X-Site"] == "south"


@pytest.mark.parametrize("tag", [{"ETag": '"abc"'}, {"Last_Modified": "Mon, 04 May 2026 10:00:00 GMT"}])
async def test_what_is_not_modified_is_not_sent_again(
    world: World, api: FakeApi, settings: Settings, tag: Mapping[str, str]
) -> None:
    """Page by page; a page that is another is heard, also behind one that is not."""
    tagged: Mapping[str, Given] = {
        "1": answer([{"id": 1}, {"id": 2}], Link='</builds?p=2>; rel="next"', **tag),
        "2": answer([{"id": 3, "status": "running"}]),
    }
    pages = dict(tagged)
    api.answers["/builds"] = lambda query: pages[query.get("p", "1")]
    source = world.source(settings(pages="link"))
    for _ in range(2):
        await source.poll(world.journal.append)
    pages["2"] = answer([{"id": 3, "status": "done"}])
    await source.poll(world.journal.append)
    assert len(api.asked) == 6
    asked = [each.get("If-None-Match") or each.get("If-Modified-Since") for each in api.headers]
    assert asked == [None, None, *[next(iter(tag.values())), None] * 2]
    assert [each["id"] for each in await world.heard()] == [1, 2, 3, 3]


async def test_what_was_not_told_to_its_end_is_asked_for_whole(world: World, api: FakeApi, settings: Settings) -> None:
    """A page that was read is not known to be told as long as one behind it could not be read."""
    pages = {"1": answer(ONE, Link='</builds?p=2>; rel="next"', ETag='"1"'), "2": (404, {}, b"")}
    api.answers["/builds"] = lambda query: pages[query.get("p", "1")]
    source = world.source(settings(pages="link"))
    with pytest.raises(Unlisted):
        await source.poll(world.journal.append)
    pages["2"] = answer([{"id": 2}])
    await source.poll(world.journal.append)
    assert [each["id"] for each in await world.heard()] == [1, 2]


@pytest.mark.parametrize(
    ("refusal", "pause"),
    [
        ((429, {"Retry-After": "17"}, b"slow down"), 17),
        ((403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOW + 90)}, b""), 90),
        ((503, {"Retry-After": "5"}, b""), 5),
    ],
)
async def test_an_api_that_is_asked_too_often_is_left_alone(
    world: World, api: FakeApi, settings: Settings, refusal: Given, pause: float
) -> None:
    """For as long as it says; then the same page is asked for again, and not all of them."""
    pages = {"1": answer(ONE, Link='</builds?p=2>; rel="next"'), "2": answer([{"id": 2}])}
    refusals = [refusal]
    api.answers["/builds"] = lambda query: refusals.pop() if query and refusals else pages[query.get("p", "1")]
    assert len(await world.polled(settings(pages="link"))) == 2
    assert api.asked == ["/builds", "/builds?p=2", "/builds?p=2"]
    assert world.pauses == [pause]


async def test_the_last_request_of_a_limit_is_not_exceeded(world: World, api: FakeApi, settings: Settings) -> None:
    """An answer that says that it was the last is taken at its word."""
    api.lists("/builds", ONE, RateLimit_Remaining="0", RateLimit_Reset="30")
    await world.polled(settings(), 2)
    assert world.pauses == [30]


async def test_it_asks_again_until_there_is_an_answer(world: World, settings: Settings) -> None:
    """After longer and longer pauses, also when it is not let in: somebody may be renewing a token."""
    with listening() as api:
        api.lists("/builds", ONE)
        api.refusals += [(401, {}, b"who?")] * 3
        assert await world.polled(settings(url=f"{api.url}/builds")) == ONE
    assert len(world.pauses) == 3
    assert world.pauses == sorted(world.pauses)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            (200, {"Content-Type": "text/html"}, b"<!doctype html><title>Sign in</title>"),
            "log in at: compare 'url' and",
        ),
        ((200, {}, b""), "answered with nothing at all"),
        ((200, {}, b'[{"id": 1'), "what is not JSON"),
        ((500, {}, b"secret-t0ken in a trace"), "answered 500: .* in a trace"),
        ((200, {}, b'"builds"'), "there is no list in the body"),
        ((200, {"Content-Encoding": "gzip"}, b"[]"), "not compressed as it says"),
    ],
)
async def test_what_is_no_list_is_said(world: World, api: FakeApi, settings: Settings, given: Given, said: str) -> None:
    """In words for who reads it, without what a server repeats of what it was sent; nothing is told of it."""
    api.answers["/builds"] = lambda _: given
    with pytest.raises(Unlisted, match=said) as caught:
        await world.polled(settings(auth={"bearer": "secret-t0ken"}))
    assert "t0ken" not in str(caught.value)


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf[{"id": 1}]', b')]}\'\n[{"id": 1}]', b' [{"id": 1}]\n'])
async def test_json_may_have_something_before_it(world: World, api: FakeApi, settings: Settings, body: bytes) -> None:
    """A mark of its encoding, or what keeps browsers from running it."""
    api.answers["/builds"] = lambda _: (200, {}, body)
    assert await world.polled(settings()) == ONE


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/jsonl; charset=utf-8"])
async def test_each_line_may_be_an_item(world: World, api: FakeApi, settings: Settings, kind: str) -> None:
    """Where the media type says so; a line that is cut off is told, and nothing of the answer is."""
    api.answers["/builds"] = lambda _: (200, {"Content-Type": kind}, b'{"id": 1}\n{"id": 2}\r\n')
    assert await world.polled(settings()) == [{"id": 1}, {"id": 2}]
    api.answers["/builds"] = lambda _: (200, {"Content-Type": kind}, b'{"id": 3}\n{"id"')
    with pytest.raises(Unlisted, match="what is not JSON"):
        await world.polled(settings())
    api.answers["/builds"] = lambda _: (200, {"Content-Type": kind}, b"")
    assert await world.polled(settings()) == []


async def test_no_content_is_an_empty_list(world: World, api: FakeApi, settings: Settings) -> None:
    """204 says so, and no answer is needed beside it."""
    api.answers["/builds"] = lambda _: (204, {}, b"")
    assert await world.polled(settings(items="builds")) == []
    api.lists("/builds", None)
    assert await world.polled(settings()) == []


async def test_a_redirect_stays_at_the_server(world: World, api: FakeApi, settings: Settings) -> None:
    """To another port is to another server: it is not asked, and hears no secret."""
    api.lists("/there", ONE)
    api.answers["/builds"] = lambda _: (302, {"Location": "/there"}, b"")
    given = settings(headers={"PRIVATE-TOKEN": "s3cret"})
    assert await world.polled(given) == ONE
    with listening() as other:
        other.lists("/there", ONE)
        api.refusals.append((302, {"Location": f"{other.url}/there"}, b""))
        with pytest.raises(Unlisted, match="configure the final URL"):
            await world.polled(given)
        assert other.asked == []


async def test_an_answer_that_is_too_large_is_not_read(world: World, api: FakeApi, settings: Settings) -> None:
    """It is told, with how large it may be."""
    api.lists("/builds", [{"id": 1, "log": "x" * 5000}])
    with pytest.raises(Unlisted, match="larger than 4096 bytes"):
        await world.polled(settings(largest="4KiB"))

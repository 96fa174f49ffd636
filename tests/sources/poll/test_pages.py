"""All pages of a list are read, however an API says which the next is, and nothing is followed elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapters.sources.poll.errors import Unlisted
from tests.sources.poll.conftest import Settings, World
from tests.sources.poll.fake import NOW, FakeApi, Given, answer

ALL = [{"id": number} for number in range(7)]
Query = Mapping[str, str]


def by_link(query: Query) -> Given:
    """RFC 8288, as GitHub and GitLab do, with a relative URL."""
    page = int(query.get("p", 0))
    headers = {"Link": f'</builds?p=0>; rel="first", </builds?p={page + 1}>; rel="next"'} if page < 3 else {}
    return answer(ALL[page * 2 : page * 2 + 2], **headers)


def by_url(query: Query) -> Given:
    """As Bitbucket does."""
    page = int(query.get("p", 0))
    return answer({"values": ALL[page * 2 : page * 2 + 2], "next": f"?p={page + 1}" if page < 3 else None})


def by_cursor(query: Query) -> Given:
    """As CircleCI does."""
    page = int(query.get("page-token", "t0")[1:])
    items, token = ALL[page * 2 : page * 2 + 2], f"t{page + 1}" if page < 3 else None
    return answer({"items": items, "next_page_token": token})


def by_number(query: Query) -> Given:
    """As Gitea does: beyond the last there is nothing."""
    page = int(query["page"])
    return answer(ALL[page * 2 - 2 : page * 2])


def by_number_or_404(query: Query) -> Given:
    """As Django does."""
    found = by_number(query)
    return found if found[2] != b"[]" else (404, {}, b'{"detail": "Invalid page."}')


def by_number_again(query: Query) -> Given:
    """As those do that give their last page for ever."""
    return by_number({"page": str(min(int(query["page"]), 4))})


def by_offset(query: Query) -> Given:
    """As Buildbot does, with fewer than were asked for."""
    begin = int(query["offset"])
    return answer({"builds": ALL[begin : begin + 3]})


@pytest.mark.parametrize(
    ("serve", "how"),
    [
        (by_link, ({"pages": "link"}, 4)),
        (by_link, ({"pages": {"link": True}}, 4)),
        (by_url, ({"pages": {"next": "next"}, "items": "values"}, 4)),
        (by_cursor, ({"pages": {"cursor": "next_page_token", "parameter": "page-token"}, "items": "items"}, 4)),
        (by_number, ({"pages": {"number": "page"}}, 5)),
        (by_number, ({"pages": {"number": "page", "size": 2}}, 4)),
        (by_number_or_404, ({"pages": {"number": "page", "first": 1}}, 5)),
        (by_number_again, ({"pages": {"number": "page"}}, 5)),
        (by_offset, ({"pages": {"offset": "offset"}, "items": "builds"}, 4)),
        (by_offset, ({"pages": {"offset": "offset", "size": 3}, "items": "builds"}, 3)),
    ],
)
async def test_every_page_is_read_once(
    world: World, api: FakeApi, settings: Settings, serve: Callable[[Query], Given], how: tuple[Any, int]
) -> None:
    """In the order of the list, with no more requests than it takes to know that there is no more."""
    api.answers["/builds"] = serve
    given, requests = how
    assert await world.polled(settings(**given)) == ALL
    assert len(api.asked) == requests


async def test_parameters_stay_on_every_page(world: World, api: FakeApi, settings: Settings) -> None:
    """Those that the settings have, but for the one that counts."""
    api.answers["/builds"] = by_number
    await world.polled(settings(pages={"number": "page"}, query={"status": ["ok", "failed"], "full": True}))
    assert api.asked[1] == "/builds?status=ok&status=failed&full=true&page=2"


@pytest.mark.parametrize(
    ("next_", "said"),
    [
        ("http://elsewhere.example.com/builds?p=1", "at another server, http://elsewhere.example.com"),
        ("http://[/builds", "what is no URL"),
        ({"href": "/builds"}, "is no text and no number"),
        ("/builds", "round in a circle"),
    ],
)
async def test_the_next_page_is_at_the_same_server(
    world: World, api: FakeApi, settings: Settings, next_: object, said: str
) -> None:
    """What knows who asks goes to no other; nothing is asked for twice; the message says what was found."""
    api.lists("/builds", {"values": ALL, "next": next_})
    with pytest.raises(Unlisted, match=said):
        await world.polled(settings(pages={"next": "next"}, items="values", headers={"PRIVATE-TOKEN": "s3cret"}))
    assert len(api.asked) == 1


async def test_pages_without_an_end_are_told(world: World, api: FakeApi, settings: Settings) -> None:
    """And what to do; nothing is taken for all that there is."""
    api.answers["/builds"] = lambda query: answer([{"id": query["page"]}])
    with pytest.raises(Unlisted, match=r"more than 5 pages [(]raise pages[.]most"):
        await world.polled(settings(pages={"number": "page", "most": 5}))


async def test_the_newest_first_are_read_as_far_as_there_may_be_news(
    world: World, api: FakeApi, settings: Settings
) -> None:
    """To the first page with something on it that was settled before; what is told is the oldest first."""
    builds = [{"id": number, "at": NOW - 100 * number} for number in range(8)]
    api.answers["/builds"] = lambda query: answer(builds[int(query["o"]) : int(query["o"]) + 2])
    given = settings(pages={"offset": "o"}, order="newest", time="at", overlap="150s")
    assert [each["id"] for each in await world.polled(given)] == [7, 6, 5, 4, 3, 2, 1, 0]
    await world.polled(given)
    api.asked.clear()
    builds.insert(0, {"id": 9, "at": NOW})
    assert [each["id"] for each in await world.polled(given)] == [9]
    assert api.asked == ["/builds?o=0", "/builds?o=2"]


@pytest.mark.parametrize(
    "link",
    [
        '</builds?p=2>; REL="Next"',
        '</builds?p=2>; rel="next last"',
        '</builds?p=9>; rel=last, </builds?p=2>; title="a, b"; rel=next',
    ],
)
async def test_a_link_is_read_as_its_standard_says(world: World, api: FakeApi, settings: Settings, link: str) -> None:
    """A name has no case, and one link may be several things."""
    api.answers["/builds"] = lambda query: answer(ALL[1:2] if query else ALL[:1], **({} if query else {"Link": link}))
    assert await world.polled(settings(pages="link")) == ALL[:2]

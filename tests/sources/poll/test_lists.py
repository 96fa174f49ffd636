"""Lists of lists: what is around an item is told with it, and one list that cannot be read holds up no other."""

from __future__ import annotations

from typing import Any

import pytest
import structlog.testing

from adapters.sources.poll.errors import Unlisted
from tests.sources.poll.conftest import Settings, World
from tests.sources.poll.fake import FakeApi, answer


@pytest.fixture
def nested(api: FakeApi) -> FakeApi:
    """Two projects, one of them with what a URL cannot have in its key, and their builds, numbered alike."""
    api.lists("/projects", [{"id": 1, "key": "a/b c"}, {"id": 2, "key": "../till"}, {"id": 3, "archived": True}])
    api.lists("/projects/1/builds", [{"id": 7}])
    api.lists("/projects/2/builds", [{"id": 7}, {"id": 8}])
    return api


def each(api: FakeApi, **given: Any) -> dict[str, Any]:
    """Settings of the list of builds in each project."""
    project = {"url": f"{api.url}/projects", **given}
    return {"each": {"project": project}, "url": api.url + "/projects/${project.id}/builds"}


async def test_each_item_of_a_list_has_a_list(world: World, nested: FakeApi, settings: Settings) -> None:
    """It is joined in by its name; what has one id in two lists is two; those that are not wanted are not asked for."""
    given = settings(**each(nested, when={"archived": {"exists": False}}))
    assert [(told["project"]["id"], told["id"]) for told in await world.polled(given, 2)] == [(1, 7), (2, 7), (2, 8)]
    assert "/projects/3/builds" not in nested.asked


async def test_what_an_item_says_is_a_piece_of_a_url(world: World, nested: FakeApi, settings: Settings) -> None:
    """Percent-encoded in a path and in a query; what would lead out of it is passed over, and told."""
    nested.lists("/by/a/b c", [{"id": 1}])
    given = each(nested) | {"url": nested.url + "/by/${project.key}", "query": {"of": "${project.key}"}}
    with structlog.testing.capture_logs() as logs:
        assert len(await world.polled(settings(**given))) == 1
    assert nested.asked[1] == "/by/a%2Fb%20c?of=a%2Fb%20c"
    assert len(nested.asked) == 2
    assert "would lead to another place" in logs[0]["reason"]


@pytest.mark.parametrize(("url", "asked"), [("{home}/p/1", True), ("/p/1", True), ("http://127.0.0.1:9/p/1", False)])
async def test_a_url_that_the_api_gave_is_followed_at_its_server(
    world: World, api: FakeApi, settings: Settings, url: str, asked: bool
) -> None:
    """Absolute or not; at any other server it is not."""
    api.lists("/projects", [{"id": 1, "url": url.format(home=api.url)}])
    api.lists("/p/1/builds", [{"id": 7}])
    given = each(api) | {"url": "${project.url}/builds"}
    with structlog.testing.capture_logs() as logs:
        assert len(await world.polled(settings(**given))) == asked
    assert [line["reason"] for line in logs if "reason" in line] == (
        [] if asked else ["the list is at another server, http://127.0.0.1:9, which is not asked"]
    )


@pytest.mark.parametrize("status", [403, 404, 410, 500])
async def test_a_list_that_cannot_be_read_is_passed_over(
    world: World, nested: FakeApi, settings: Settings, status: int
) -> None:
    """It is told once, and goes on where it was when it can be read again; the others do not wait."""
    given, builds = settings(**each(nested, when={"id": {"in": [1, 2]}})), nested.answers["/projects/1/builds"]
    source = world.source(given)
    nested.answers["/projects/1/builds"] = lambda _: (status, {}, b"no")
    with structlog.testing.capture_logs() as logs:
        for _ in range(3):
            await source.poll(world.journal.append)
        assert [told["id"] for told in await world.heard()] == [7, 8]
        nested.answers["/projects/1/builds"] = builds
        await source.poll(world.journal.append)
    assert [told["project"]["id"] for told in await world.heard()] == [2, 2, 1]
    assert [line["event"] for line in logs] == ["a list cannot be read, others go on", "a list can be read again"]


async def test_a_list_that_could_not_be_read_at_first_tells_nothing_of_the_past(
    world: World, nested: FakeApi, settings: Settings
) -> None:
    """It was there when the source began; one that comes later has no past that was not wanted."""
    given, builds = settings(**each(nested), since="now"), nested.answers["/projects/1/builds"]
    nested.answers["/projects/1/builds"] = lambda _: (503, {}, b"no")
    assert await world.polled(given) == []
    nested.answers["/projects/1/builds"] = builds
    assert await world.polled(given) == []
    nested.lists("/projects", [{"id": 1}, {"id": 2}, {"id": 4}])
    nested.lists("/projects/4/builds", [{"id": 1}])
    assert [told["project"]["id"] for told in await world.polled(given)] == [4]


async def test_where_the_first_list_cannot_be_read_there_is_nothing(
    world: World, nested: FakeApi, settings: Settings
) -> None:
    """That is trouble with all of it, and is tried again."""
    nested.answers["/projects"] = lambda _: (404, {}, b"")
    with pytest.raises(Unlisted, match="answered 404"):
        await world.polled(settings(**each(nested)))


async def test_three_levels(world: World, api: FakeApi, settings: Settings) -> None:
    """The names of the outer ones can be used in all that are within."""
    api.lists("/orgs", {"orgs": [{"slug": "acme"}]})
    api.lists("/orgs/acme/repos", [{"name": "till"}])
    api.lists("/orgs/acme/till/builds", [{"id": 1}])
    outer = {
        "org": {"url": f"{api.url}/orgs", "items": "orgs", "id": "slug"},
        "repo": {"url": api.url + "/orgs/${org.slug}/repos", "id": "name"},
    }
    given = settings(each=outer, url=api.url + "/orgs/${org.slug}/${repo.name}/builds")
    assert await world.polled(given, 2) == [{"id": 1, "org": {"slug": "acme"}, "repo": {"name": "till"}}]


async def test_lists_within_one_answer(world: World, api: FakeApi, settings: Settings) -> None:
    """As Jenkins tells of jobs and their builds; a job without builds has none."""
    jobs = [
        {"name": "a", "builds": [{"number": 1}, {"number": 2}]},
        {"name": "b", "builds": [{"number": 1}]},
        {"name": "c"},
    ]
    api.lists("/builds", {"jobs": jobs})
    given = settings(within={"job": "jobs"}, items="builds", id=["job.name", "number"])
    told = await world.polled(given, 2)
    assert [(each["job"]["name"], each["number"]) for each in told] == [("a", 1), ("a", 2), ("b", 1)]


async def test_a_name_that_an_item_has_itself_is_told(world: World, api: FakeApi, settings: Settings) -> None:
    """What is around it was asked for by that name, and stays; nothing is silent about the other."""
    api.lists("/projects", [{"id": 1}])
    api.lists("/projects/1/builds", [{"id": 7, "project": "till"}])
    with structlog.testing.capture_logs() as logs:
        assert await world.polled(settings(**each(api))) == [{"id": 7, "project": {"id": 1}}]
    assert [line["event"][:34] for line in logs] == ["an item has a 'project' of its own"]


async def test_each_list_has_a_window_of_its_own(world: World, api: FakeApi, settings: Settings) -> None:
    """What one has told moves no other's."""
    api.lists("/projects", [{"id": 1}, {"id": 2}])
    api.lists("/projects/1/builds", [{"id": 7, "at": 1_777_000_000}])
    api.answers["/projects/2/builds"] = lambda _: answer([])
    given = settings(**each(api), time="at", overlap="0s", form="epoch_s", query={"after": "${$since}"})
    await world.polled(given, 2)
    assert api.asked[-2:] == ["/projects/1/builds?after=1777000000", "/projects/2/builds"]


async def test_pages_of_lists_that_are_empty_are_no_end(world: World, api: FakeApi, settings: Settings) -> None:
    """Two pages of jobs without builds are not the same page; one that comes again and again is."""
    jobs = [{"name": str(number), "builds": []} for number in range(5)] + [{"name": "6", "builds": [{"number": 1}]}]
    last = [{"name": "7", "builds": []}]
    pages = [jobs[0:2], jobs[2:4], jobs[4:6], last]
    api.answers["/builds"] = lambda query: answer({"jobs": pages[min(int(query["page"]), 4) - 1]})
    given = settings(within={"job": "jobs"}, items="builds", id=["job.name", "number"], pages={"number": "page"})
    assert [each["job"]["name"] for each in await world.polled(given)] == ["6"]
    assert len(api.asked) == 5


async def test_an_item_without_an_id_holds_up_no_others(world: World, api: FakeApi, settings: Settings) -> None:
    """It has no list; where none has an id, the settings are wrong."""
    api.lists("/p/1", [{"id": 5}])
    given = settings(each={"p": {"url": f"{api.url}/ps"}}, url=f"{api.url}/p/${{p.id}}")
    api.lists("/ps", [{"id": None}, {"id": 1}])
    assert await world.polled(given) == [{"id": 5, "p": {"id": 1}}]
    api.lists("/ps", [{"name": "a"}])
    with pytest.raises(Unlisted, match="an item of 'p' has no id"):
        await world.polled(given)

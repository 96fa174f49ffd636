"""An API that is asked by POST, as GraphQL and JSON-RPC are: its body has what a query has elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.sources.poll.errors import Unlisted
from tests.sources.poll.conftest import Settings, World
from tests.sources.poll.fake import NOW, FakeApi, Given, answer

BUILDS = [
    {"id": f"b{number}", "at": datetime.fromtimestamp(NOW - 600 + number, UTC).isoformat()} for number in range(5)
]
GRAPHQL = {
    "body": {
        "query": "query($since: DateTime, $after: String) { builds(since: $since, after: $after) { nodes { id at } } }",
        "variables": {"since": "${$since}", "first": 2},
    },
    "pages": {"cursor": "data.builds.pageInfo.endCursor", "parameter": "variables.after"},
    "items": "data.builds.nodes",
    "time": "at",
}


def graphql(asked: Any) -> Given:
    """Two builds, and where the next two begin."""
    begin = int(asked["variables"].get("after", "0"))
    page = {"endCursor": str(begin + 2) if begin + 2 < len(BUILDS) else None}
    return answer({"data": {"builds": {"nodes": BUILDS[begin : begin + 2], "pageInfo": page}}}, ETag='"x"')


def rpc(asked: Any) -> Given:
    """Builds of a project, by a number of what to pass over, which is a number."""
    assert type(asked["params"]["skip"]) is int
    begin = asked["params"]["skip"]
    return answer({"jsonrpc": "2.0", "id": 1, "result": BUILDS[begin : begin + 2]})


async def test_a_query_of_graphql_is_read_page_by_page(world: World, api: FakeApi, settings: Settings) -> None:
    """By a cursor in its variables; what is not known yet is no variable, and later what is new is asked for."""
    api.posts = graphql
    given = settings(url=f"{api.url}/graphql", **GRAPHQL)
    assert [each["id"] for each in await world.polled(given)] == ["b0", "b1", "b2", "b3", "b4"]
    assert [each["variables"] for each in api.posted] == [
        {"first": 2},
        {"first": 2, "after": "2"},
        {"first": 2, "after": "4"},
    ]
    assert await world.polled(given, times=3) == []
    assert api.posted[-1]["variables"]["since"] == "2026-05-04T09:45:04Z"
    assert "query(" in api.posted[-1]["query"]


async def test_a_method_of_json_rpc_is_read_by_an_offset(world: World, api: FakeApi, settings: Settings) -> None:
    """Of each project: what an item says goes into the body with its own kind."""
    api.lists("/projects", [{"id": 7}])
    api.posts = rpc
    given = settings(
        url=f"{api.url}/rpc",
        each={"project": {"url": f"{api.url}/projects"}},
        body={"jsonrpc": "2.0", "id": 1, "method": "builds", "params": {"project": "${project.id}", "tags": ["a"]}},
        pages={"offset": "params.skip", "size": 2},
        items="result",
    )
    assert [each["id"] for each in await world.polled(given)] == ["b0", "b1", "b2", "b3", "b4"]
    assert api.posted[0]["params"] == {"project": 7, "tags": ["a"], "skip": 0}


@pytest.mark.parametrize(
    "said",
    [
        {"data": {"builds": {"nodes": None}}, "errors": [{"message": "not for you"}]},
        {"data": None, "errors": [{"message": "not for you"}]},
        {"jsonrpc": "2.0", "id": 1, "error": {"code": -32000, "message": "not for you"}},
    ],
)
async def test_an_error_with_status_200_is_no_empty_list(
    world: World, api: FakeApi, settings: Settings, said: Any
) -> None:
    """As GraphQL and JSON-RPC have them."""
    api.posts = lambda _: answer(said)
    with pytest.raises(Unlisted, match=r"POST http://.*/graphql answered with errors: .*not for you"):
        await world.polled(settings(url=f"{api.url}/graphql", **GRAPHQL))


async def test_items_beside_errors_are_told_and_those_that_are_missing_asked_for_again(
    world: World, api: FakeApi, settings: Settings
) -> None:
    """GraphQL has a null for what it could not read: that is no item, and is waited for, for a while."""
    nodes, wrong = [BUILDS[0], None, BUILDS[2]], [{"message": "too busy", "path": ["builds", "nodes", 1]}]
    api.posts = lambda _: answer({"data": {"builds": {"nodes": nodes}}, "errors": wrong})
    given = settings(url=f"{api.url}/graphql", **GRAPHQL, since="3h", open_for="1d")
    with capture_logs() as told:
        assert [each["id"] for each in await world.polled(given, times=2)] == ["b0", "b2"]
    assert ["too busy" in line["event"] for line in told] == [True]
    assert api.posted[0]["variables"]["since"] == api.posted[1]["variables"]["since"]

    api.posts = lambda _: answer({"data": {"builds": {"nodes": BUILDS[:3]}}})
    assert [each["id"] for each in await world.polled(given)] == ["b1"]
    await world.polled(given)
    assert api.posted[-1]["variables"]["since"] > api.posted[0]["variables"]["since"]


async def test_what_is_missing_for_ever_does_not_hold_back_for_ever(
    world: World, api: FakeApi, settings: Settings
) -> None:
    """What is asked for goes back no further than an open item would make it."""
    api.posts = lambda _: answer({"data": {"builds": {"nodes": BUILDS}}, "errors": [{"message": "not for you"}]})
    given = settings(url=f"{api.url}/graphql", **GRAPHQL, since="3h", open_for="1h")
    await world.polled(given, times=2)
    assert api.posted[-1]["variables"]["since"] == "2026-05-04T09:00:00Z"


async def test_a_list_around_others_that_lacks_some_is_read_as_far_as_it_is(
    world: World, api: FakeApi, settings: Settings
) -> None:
    """What is known of the others' lists is not forgotten."""
    api.posts = lambda asked: answer(
        {"data": [{"id": "p"}, None], "errors": [{"message": "too busy"}]} if "projects" in asked else {"data": BUILDS}
    )
    project = {"url": f"{api.url}/graphql", "body": {"projects": True}, "items": "data"}
    given = settings(url=f"{api.url}/graphql", each={"project": project}, body={"of": "${project.id}"}, items="data")
    assert len(await world.polled(given)) == len(BUILDS)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"body": {"variables": {"of": "${job.id}"}}}, "no list around it is called 'job'"),
        ({"body": {}, "pages": {"number": "params[0]"}}, "no path of names"),
    ],
)
def test_what_is_wrong_in_a_body_is_told(settings: Callable[..., Any], given: Any, said: str) -> None:
    """Before anything is asked."""
    with pytest.raises(ValueError, match=said):
        settings(**given)

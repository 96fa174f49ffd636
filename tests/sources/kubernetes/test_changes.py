"""What becomes of any kind of object: told once, over restarts, lost connections and lost history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import structlog.testing

from adapters.errors import JournalUnavailable
from adapters.model import Checkpoint, Notification
from tests.sources.kubernetes.conftest import Json, World
from tests.sources.kubernetes.server import ApiServer
from tests.waiting import eventually

WIDGETS = "/apis/example.com/v1/widgets"
WATCH = [{"apiVersion": "example.com/v1", "kind": "Widget", "changes": ["spec.size", "status.history[-1].id"]}]


def widget(name: str, size: int | None = None, **more: Any) -> Json:
    """An object with a size."""
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-{name}"}
    return {"metadata": metadata, "spec": {} if size is None else {"size": size}, **more}


def shape(told: Sequence[Json]) -> list[tuple[Any, ...]]:
    """Of each document its type, whose it is, and the paths that changed."""
    return [(each["type"], each["object"]["metadata"]["name"], *each["changed"]) for each in told]


async def test_what_is_there_at_the_very_first_is_not_told(world: World, api: ApiServer) -> None:
    """What comes, changes and goes after it is, each in its turn, whole and with what was before."""
    api.put(WIDGETS, widget("old", 1))
    async with world.source(watch=WATCH):
        api.put(WIDGETS, widget("old", 2))
        api.put(WIDGETS, widget("new", 7, status={"history": [{"id": 1}]}))
        api.put(WIDGETS, widget("new", 7, status={"history": [{"id": 1}, {"id": 2}], "seen": True}))
        api.delete(WIDGETS, "uid-old")
        told = await world.hears(4)
    assert shape(told) == [
        ("MODIFIED", "old", "spec.size"),
        ("ADDED", "new"),
        ("MODIFIED", "new", "status.history[-1].id"),
        ("DELETED", "old"),
    ]
    assert [each["before"] for each in told] == [
        {"spec.size": 1},
        {},
        {"spec.size": 7, "status.history[-1].id": 1},
        {"spec.size": 2},
    ]
    assert told[2]["object"]["status"] == {"history": [{"id": 1}, {"id": 2}], "seen": True}
    assert (told[0]["object"]["apiVersion"], told[0]["object"]["kind"]) == ("example.com/v1", "Widget")


async def test_what_changes_elsewhere_is_not_told(world: World, api: ApiServer) -> None:
    """Neither a status, nor labels, nor that it was looked at."""
    api.put(WIDGETS, widget("old", 1))
    async with world.source(watch=WATCH):
        api.put(WIDGETS, widget("old", 1, status={"ready": True}))
        api.put(WIDGETS, widget("last", 1))
        assert shape(await world.hears(1)) == [("ADDED", "last")]


async def test_a_path_that_comes_and_goes_is_a_change(world: World, api: ApiServer) -> None:
    """What was not there before has no value before."""
    api.put(WIDGETS, widget("old"))
    async with world.source(watch=WATCH):
        api.put(WIDGETS, widget("old", 1))
        api.put(WIDGETS, widget("old"))
        assert [(each["changed"], each["before"]) for each in await world.hears(2)] == [
            (["spec.size"], {}),
            (["spec.size"], {"spec.size": 1}),
        ]


async def test_after_a_restart_the_watch_goes_on_from_where_it_stood(world: World, api: ApiServer) -> None:
    """Each state that the server remembers is told, in its order, and nothing is listed again."""
    api.put(WIDGETS, widget("old", 1))
    async with world.source(watch=WATCH):
        api.put(WIDGETS, widget("old", 2))
        await world.hears(1)
    api.put(WIDGETS, widget("old", 3))
    api.put(WIDGETS, widget("old", 4))
    api.delete(WIDGETS, "uid-old")
    api.asked.clear()
    async with world.source(watch=WATCH):
        told = await world.hears(4)
    assert [each["before"]["spec.size"] for each in told] == [1, 2, 3, 4]
    assert all("watch" in query for path, query in api.asked if path == WIDGETS)


@pytest.mark.parametrize("while_up", [True, False])
async def test_lost_history_is_made_up_for_by_a_list(world: World, api: ApiServer, *, while_up: bool) -> None:
    """What is new, other, or gone by then is told once; what is as it was is not."""
    for name in ("same", "other", "gone"):
        api.put(WIDGETS, widget(name, 1))

    def happens() -> None:
        api.put(WIDGETS, widget("other", 2))
        api.delete(WIDGETS, "uid-gone")
        api.put(WIDGETS, widget("new", 1))
        api.bookmark(WIDGETS)
        api.forget()

    async with world.source(watch=WATCH):
        if while_up:
            api.refusals = [503] * 3
            api.cut()
            await eventually(lambda: not api.refusals)
            api.refusals = [503] * 50
            happens()
            api.refusals.clear()
            told = await world.hears(3)
    if not while_up:
        happens()
        async with world.source(watch=WATCH):
            told = await world.hears(3)
    assert sorted(shape(told)) == [("ADDED", "new"), ("DELETED", "gone"), ("MODIFIED", "other", "spec.size")]
    gone = next(each for each in told if each["type"] == "DELETED")
    if not while_up:
        assert gone["object"] == {
            "apiVersion": "example.com/v1",
            "kind": "Widget",
            "metadata": {"uid": "uid-gone", "name": "gone", "namespace": "shop"},
        }
    assert gone["before"] == {"spec.size": 1}


async def test_a_list_is_read_page_by_page(world: World, api: ApiServer) -> None:
    """Nothing is taken for gone that is on another page."""
    api.largest_page = 3
    for number in range(10):
        api.put(WIDGETS, widget(f"w{number}", 1))
    async with world.source(watch=WATCH):
        pass
    api.forget()
    api.bookmark(WIDGETS)
    api.forget()
    api.put(WIDGETS, widget("w7", 2))
    async with world.source(watch=WATCH):
        assert shape(await world.hears(1)) == [("MODIFIED", "w7", "spec.size")]


async def test_a_broken_connection_is_made_again(world: World, api: ApiServer) -> None:
    """With what was heard on it before kept, and what came meanwhile told."""
    async with world.source(watch=WATCH):
        for number in range(5):
            api.put(WIDGETS, widget(f"w{number}", 1))
            await world.hears(number + 1)
            api.cut()
        assert len(await world.hears(5)) == 5


async def test_an_api_server_that_is_away_is_asked_again(world: World, api: ApiServer) -> None:
    """After longer and longer pauses, of half a minute at most, with what it says in the log."""
    api.refusals = [503, 401, 403, 500, 429, 503, 503, 503]
    with structlog.testing.capture_logs() as logs:
        async with world.source(watch=WATCH):
            api.put(WIDGETS, widget("new", 1))
            await world.hears(1)
    reasons = [entry["reason"] for entry in logs if "pause" in entry]
    assert (
        "GET /apis/example.com/v1 is answered 401: not now; is the token, or the certificate, still valid?" in reasons
    )
    assert max(world.pauses) <= 31
    assert sorted(map(int, world.pauses)) == sorted(map(int, world.pauses), key=int)


async def test_namespaces_are_watched_one_by_one(world: World, api: ApiServer) -> None:
    """So that a Role in each is enough; what is in no namespace is watched as a whole."""
    watch = [*WATCH, {"apiVersion": "v1", "kind": "Namespace", "changes": ["metadata.labels"]}]
    async with world.source(watch=watch, namespaces=["shop", "cart"]):
        await eventually(lambda: len(world.watches()) == 3)
        api.put("/apis/example.com/v1/namespaces/cart/widgets", widget("new", 1))
        assert shape(await world.hears(1)) == [("ADDED", "new")]
    assert {path for path, _ in world.watches()} == {
        "/apis/example.com/v1/namespaces/shop/widgets",
        "/apis/example.com/v1/namespaces/cart/widgets",
        "/api/v1/namespaces",
    }


async def test_selectors_are_for_the_server(world: World) -> None:
    """They go with the list and the watch."""
    async with world.source(watch=[{**WATCH[0], "labels": "owner=helm", "fields": "type=x"}]):
        pass
    asked = [query for path, query in world.api.asked if path == WIDGETS]
    assert len(asked) >= 2
    assert all((query["labelSelector"], query["fieldSelector"]) == ("owner=helm", "type=x") for query in asked)


async def test_the_data_of_a_secret_is_never_kept(world: World, api: ApiServer) -> None:
    """Nor the copy of it that kubectl keeps in an annotation."""
    copy = {"kubectl.kubernetes.io/last-applied-configuration": '{"data":{"password":"aHVudGVyMg=="}}', "team": "a"}
    about = {"name": "s", "namespace": "shop", "uid": "u", "labels": {"v": "1"}, "annotations": copy}
    secret = {"metadata": {**about, "managedFields": [{"manager": "kubectl"}]}, "data": {"password": "aHVudGVyMg=="}}
    async with world.source(watch=[{"apiVersion": "v1", "kind": "Secret", "changes": ["metadata.labels", "data"]}]):
        api.put("/api/v1/secrets", secret)
        [told] = await world.hears(1)
    assert "aHVudGVyMg" not in repr(told)
    assert "aHVudGVyMg" not in repr(world.journal.checkpoints("cluster"))
    assert told["object"]["metadata"]["annotations"] == {"team": "a"}
    assert "managedFields" not in told["object"]["metadata"]


async def test_objects_that_are_none_are_passed_over(world: World, api: ApiServer) -> None:
    """Without a uid, without metadata, with a status of another shape: no other is lost for them."""
    api.objects[WIDGETS] = {"a": {"metadata": {"name": "x"}}, "b": {"spec": {}}, "c": {"metadata": None}}
    async with world.source(watch=WATCH):
        api.put(WIDGETS, {"metadata": {"uid": "u1", "name": "odd"}, "status": {"history": "none"}, "spec": None})
        api.put(WIDGETS, {"metadata": {"uid": "u1", "name": "odd"}, "status": [], "spec": {"size": [1]}})
        assert shape(await world.hears(2)) == [("ADDED", "odd"), ("MODIFIED", "odd", "spec.size")]


async def test_a_kind_that_is_not_there_yet_is_waited_for(world: World, api: ApiServer) -> None:
    """Its CRD may be installed later; other kinds are watched meanwhile."""
    later = {"apiVersion": "later.example.com/v1", "kind": "Gadget", "changes": ["spec"]}
    with structlog.testing.capture_logs() as logs:
        async with world.source(watch=[later, *WATCH]):
            api.put(WIDGETS, widget("new", 1))
            await world.hears(1)
            await eventually(lambda: any("/apis/later" in str(entry.get("reason")) for entry in logs))


async def test_a_journal_that_is_full_is_waited_for(world: World, api: ApiServer) -> None:
    """What was heard is told once it can be kept."""
    refused = 0

    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        nonlocal refused
        if notifications and refused < 3:
            refused += 1
            raise JournalUnavailable("full")
        await world.journal.append(notifications, checkpoints)

    async with world.source(receive, watch=WATCH):
        api.put(WIDGETS, widget("new", 1))
        assert len(await world.hears(1)) == 1
    assert refused == 3


async def test_a_large_value_is_kept_as_its_digest(world: World, api: ApiServer) -> None:
    """The journal does not grow by it, and its change is told all the same."""
    watch = [{**WATCH[0], "changes": ["spec"]}]
    api.put(WIDGETS, widget("old", 1) | {"spec": {"text": "x" * 600}})
    async with world.source(watch=watch):
        api.put(WIDGETS, widget("old", 1) | {"spec": {"text": "y" * 600}})
        [told] = await world.hears(1)
    assert told["before"]["spec"].startswith("sha256:")
    assert told["object"]["spec"]["text"] == "y" * 600


async def test_a_first_list_that_takes_too_long_is_still_the_first(world: World, api: ApiServer) -> None:
    """Its pages expire; what is there when it begins again is no news either."""
    api.largest_page, api.expired_pages = 3, 2
    for number in range(10):
        api.put(WIDGETS, widget(f"w{number}", 1))
    async with world.source(watch=WATCH):
        api.put(WIDGETS, widget("new", 1))
        assert shape(await world.hears(1)) == [("ADDED", "new")]


@pytest.mark.parametrize("redact", [{"drop": ["object.spec.parameters[*].value"]}, {"secrets": True}])
async def test_what_must_not_be_kept_of_a_value_is_not_kept_as_the_one_before(
    world: World, api: ApiServer, redact: Json
) -> None:
    """Neither in the document nor in the checkpoint; that it changed is told all the same."""
    watch = [{"apiVersion": "example.com/v1", "kind": "Widget", "changes": ["spec.parameters", "spec.size"]}]
    api.put(WIDGETS, widget("old", spec={"size": 1, "parameters": [{"name": "password", "value": "MARKED-1"}]}))
    async with world.source(watch=watch, redact=redact):
        api.put(WIDGETS, widget("old", spec={"size": 1, "parameters": [{"name": "password", "value": "MARKED-2"}]}))
        told = await world.hears(1)
    assert told[0]["changed"] == ["spec.parameters"]
    assert told[0]["before"]["spec.parameters"].startswith("sha256:")
    assert told[0]["before"]["spec.size"] == 1
    assert "MARKED" not in "".join(world.journal.checkpoints("cluster").values())

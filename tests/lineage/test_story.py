"""Events become a story: a tree of what followed from what."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.lineage.event import event
from adapters.lineage.story import story
from adapters.lineage.tree import Node
from tests.lineage.support import document


def outline(nodes: list[Node] | Any) -> list[Any]:
    """The ids of a forest, each with what is below it."""
    return [(node.event.id, outline(node.children)) for node in nodes]


def test_paths_make_the_tree_and_relations_join_what_no_path_does() -> None:
    """An event stands under what it follows by path, else under what it relates to, in order of time."""
    events = [
        document("merged", 3, ("PATH", "created")),
        document("created", 1),
        document("queued", 2, ("RELATION", "created")),
        document("started", 4, ("RELATION", "merged"), ("PATH", "queued")),
    ]
    tree: list[Any] = [("created", [("queued", [("started", [])]), ("merged", [])])]
    for wanted in ("started", "s/merged", "c"):
        assert outline(story(map(event, events), wanted)) == tree


def test_other_chains_are_other_stories() -> None:
    """What shares neither chain, link nor artifact is left out; an event without any is a story of its own."""
    events = [document("a", 1), document("b", 2, chain="d"), document("lonely", 3, chain=None)]
    assert outline(story(map(event, events), "a")) == [("a", [])]
    assert outline(story(map(event, events), "d")) == [("b", [])]
    assert outline(story(map(event, events), "lonely")) == [("lonely", [])]
    assert story(map(event, events), "nothing") == []


def test_a_link_joins_chains() -> None:
    """What leads from one chain into another is one story, whichever end it is asked for from."""
    events = [document("a", 1), document("b", 2, ("RELATION", "a"), chain="d"), document("c", 3, chain="d")]
    for wanted in ("a", "d", "s/c"):
        assert outline(story(map(event, events), wanted)) == [("a", [("b", [])]), ("c", [])]


def test_an_artifact_joins_what_nothing_else_does() -> None:
    """Events about one digest are one story, wherever it is found, under the first."""
    events = [
        document("built", 2, ("PATH", "started"), subject="pkg:oci/app@sha256:1?repository_url=a.example.com/app"),
        document("published", 1, chain=None, subject="pkg:oci/app@sha256:1?repository_url=b.example.com/app"),
        document("pulled", 4, chain=None, subject="pkg:oci/app@sha256%3A1"),
        document("another", 4, chain=None, subject="pkg:oci/app@sha256:2"),
        document("deployed", 3, chain="d", artifactId="pkg:oci/app@sha256:1"),
        document("started", 1),
    ]
    together: list[Any] = [("published", []), ("deployed", []), ("pulled", [])]
    for wanted in ("started", "published", "d", "pkg:oci/app@sha256:1?tag=1.4"):
        assert outline(story(map(event, events), wanted)) == [("started", [("built", together)])]
    del events[0]
    assert outline(story(map(event, events), "deployed")) == [("published", [("deployed", []), ("pulled", [])])]


def test_it_begins_with_whatever_names_it() -> None:
    """A digest, an image as it is written, a service, a commit, or the URL of a change."""
    one, other = (f"sha256:{digit * 64}" for digit in "12")
    merged = document("merged", 1)
    merged["context"]["type"] = "dev.cdevents.change.merged.0.3.0"
    url = "https://gerrit.example.com/c/team/app/+/4711"
    merged["customData"] = {"newRev": "c0ffee", "change": {"branch": "main", "url": url}}
    merged["subject"]["content"] = {"repository": {"id": "team/app"}}
    events = [
        merged,
        document("wrong", 3, ("PATH", "merged"), service={"id": "shop"}, artifactId=f"pkg:oci/app@{one}"),
        document("by tag", 4, chain="d", artifactId="pkg:docker/team/app@1.4?repository_url=r.example.com"),
    ]
    found: list[Any] = [("merged", [("wrong", [])])]
    for wanted in ("c0ffee", url, "shop", one, f"r.example.com/team/app@{one}", f"r.example.com/team/app:1.4@{one}"):
        assert outline(story(map(event, events), wanted)) == found
    assert outline(story(map(event, events), "r.example.com/team/app:1.4")) == [("by tag", [])]
    assert outline(story(map(event, events), other)) == []


def test_an_index_and_its_child_that_runs_are_one_image() -> None:
    """A registry tells of the one, and a cluster runs the other: a rollout knows both."""
    index, child = (f"sha256:{digit * 64}" for digit in "12")
    rollout = document("rollout", 2, chain=None, artifactId=f"pkg:oci/app@{index}")
    rollout["customData"] = {
        "images": [{"digests": [index, child]}, {"digests": [f"sha256:{'3' * 64}"]}, 7, {"digests": 8}]
    }
    pushed = document("pushed", 1, chain=None, subject=f"pkg:oci/app@{child}")
    assert outline(story(map(event, [rollout, pushed]), child)) == [("pushed", [("rollout", [])])]


def test_order_is_that_of_time() -> None:
    """Whole seconds come before their fractions, of whatever precision."""
    times = {"a": "05.300Z", "b": "05Z", "c": "06.123456789Z", "d": "05.2Z"}
    events = [document(name, 0, ("PATH", "root")) for name in times]
    for each, time in zip(events, times.values(), strict=True):
        each["context"]["timestamp"] = f"2026-01-01T00:00:{time}"
    assert outline(story(map(event, [document("root", 1), *events]), "c")) == [
        ("root", [("b", []), ("d", []), ("a", []), ("c", [])])
    ]


def test_what_is_told_twice_counts_once() -> None:
    """At least once is how events come; a story tells each once."""
    assert outline(story(map(event, [document("a", 1), document("a", 1)]), "c")) == [("a", [])]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20))
def test_no_links_make_a_story_endless(pairs: list[tuple[int, int]]) -> None:
    """Links may go round, or lead nowhere: a story ends, and each event is in it once."""

    def ids(nodes: Any) -> list[str]:
        return [id_ for node in nodes for id_ in (node.event.id, *ids(node.children))]

    told = ids(story((event(document(str(a), a, ("PATH", str(b)))) for a, b in pairs), "c"))
    assert sorted(told) == sorted({str(a) for a, _ in pairs})


def test_it_begins_with_what_people_have_at_hand() -> None:
    """The number of a change, and the URL of a run; a number that ends something else is none."""
    change = document("created", 1, subject="team%2Fapp~4711")
    change["context"]["type"] = "dev.cdevents.change.created.0.3.0"
    run = document("run", 2, subject="job/app/4711/")
    deployed = document("deployed", 3, chain="d", subject="shop~4711")
    events = [change, run, deployed]
    for wanted in ("4711", "https://ci/job/app/4711/"):
        assert outline(story(map(event, events), wanted)) == [("created", []), ("run", [])]
    assert story(map(event, events), "711") == []

"""Events become a story: a tree of what followed from what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from adapters.cli import main
from adapters.lineage.story import Node, event, story


def document(id_: str, time: int, *links: tuple[str, str], chain: str | None = "c", **content: str) -> dict[str, Any]:
    """A CDEvent as a story sees it; a link is its type and the id at its other end."""
    ends = {"PATH": "from", "END": "from", "RELATION": "target"}
    context = {
        "id": id_,
        "source": "https://ci/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "timestamp": f"2026-01-01T00:00:{time:02}Z",
        "links": [{"linkType": kind, ends[kind]: {"contextId": to}} for kind, to in links],
    }
    return {
        "context": context | ({"chainId": chain} if chain else {}),
        "subject": {"id": f"s/{id_}", "content": content},
    }


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
    """What shares neither chain nor id is left out; an event without a chain is a story of its own."""
    events = [document("a", 1), document("b", 2, ("PATH", "a"), chain="d"), document("lonely", 3, chain=None)]
    assert outline(story(map(event, events), "a")) == [("a", [])]
    assert outline(story(map(event, events), "d")) == [("b", [])]
    assert outline(story(map(event, events), "lonely")) == [("lonely", [])]
    assert story(map(event, events), "nothing") == []


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


def test_trace_prints_the_tree_of_a_file(tmp_path: Path) -> None:
    """`trace ID FILE` reads CloudEvents and bare CDEvents, and passes over what is neither."""
    path = tmp_path / "events.jsonl"
    lines = [{"data": document("a", 1)}, document("b", 2, ("PATH", "a"), outcome="success"), {"x": 1}]
    path.write_bytes(b"\n".join(map(orjson.dumps, lines)) + b"\nrubbish\n")
    result = CliRunner().invoke(main, ["trace", "s/b", str(path)])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "2026-01-01T00:00:01Z  pipelinerun.finished  s/a",
        "└── 2026-01-01T00:00:02Z  pipelinerun.finished  s/b  success",
    ]
    assert CliRunner().invoke(main, ["trace", "nobody", str(path)]).exit_code == 1

"""What DuckDB reads of lines is what rows are made of everywhere else."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.errors import ConfigError
from adapters.store.rows import EventRow, LinkRow, event_row, link_rows
from tests.checkout import ROOT, SPECIFICATION
from tests.store.test_rows import document

pytest.importorskip("duckdb", reason="needs the extra metrics")

from adapters.delivery import loading
from adapters.delivery.duck import DuckDb
from adapters.delivery.loading import load, load_bodies

COLUMNS = tuple(name for name in EventRow._fields if name not in {"version", "spec", "task", "suite", "uri", "data"})
"""Those that metrics are made of."""


def examples() -> Iterator[dict[str, Any]]:
    """All that the mappings make, and what the specification shows, each once."""
    files = [*ROOT.glob("mappings/*/*/expected/*.json"), *SPECIFICATION.glob("v*/conformance/*.json")]
    found = {}
    for file in files:
        content = orjson.loads(file.read_bytes())
        for each in content if isinstance(content, list) else [content]:
            if isinstance(each, dict) and "context" in each:
                found[each["context"]["source"], each["context"]["id"], each["context"]["type"]] = each
    return iter(found.values())


def read(folder: Path, *inputs: Path) -> tuple[list[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The rows of both tables, those of events in order."""
    with closing(DuckDb(folder)) as engine:
        load([str(each) for each in inputs], engine, folder)
        events = engine.rows(f"select {', '.join(COLUMNS)} from events")
        links = engine.rows("select source, id, kind, rel, target from links")
    return sorted((tuple(row.values()) for row in events), key=str), {tuple(row.values()) for row in links}


def made(documents: list[dict[str, Any]]) -> tuple[list[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The same, as rows are made of them."""
    events = [(event_row(each), each) for each in documents]
    columns = [tuple(getattr(event, name) for name in COLUMNS) for event, _ in events]
    links: set[tuple[Any, ...]] = {LinkRow(*link) for event, each in events for link in link_rows(each, event)}
    return sorted(columns, key=str), links


def enveloped(found: dict[str, Any]) -> dict[str, Any]:
    """A CDEvent in a CloudEvent."""
    attributes = {name: found["context"][name] for name in ("id", "source", "type")}
    return {"specversion": "1.0", **attributes, "data": found}


def encoded(found: dict[str, Any]) -> dict[str, Any]:
    """The same, in base64."""
    envelope = enveloped(found)
    return envelope | {"data_base64": base64.b64encode(orjson.dumps(envelope.pop("data"))).decode()}


@pytest.mark.parametrize("form", ["bare", "cloudevents", "batch", "base64", "gzip", "array"])
def test_every_example_is_the_row_that_it_is_everywhere(tmp_path: Path, form: str) -> None:
    """In whichever way files have it."""
    documents = list(examples())
    assert len(documents) > 100
    lines = [orjson.dumps(each if form in ("bare", "gzip") else enveloped(each)) for each in documents]
    if form == "base64":
        lines = [orjson.dumps(encoded(each)) for each in documents]
    if form in ("batch", "array"):
        lines = [b"[" + b",".join(lines) + b"]"]
    text = b"\n".join(lines) + b"\n"
    file = tmp_path / {"gzip": "events.jsonl.gz", "array": "events.json"}.get(form, "events.jsonl")
    file.write_bytes(gzip.compress(text) if form == "gzip" else text)
    assert read(tmp_path, file) == made(documents)


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5])
def test_bodies_are_read_some_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """However many there are of them, each is a row, and nothing is a table without rows."""
    monkeypatch.setattr(loading, "_TOGETHER", 2)
    documents = list(examples())[:count]
    with closing(DuckDb(tmp_path)) as engine:
        load_bodies(map(orjson.dumps, documents), engine, tmp_path)
        found = {(row["source"], row["id"]) for row in engine.rows("select source, id from events")}
    assert found == {(each["context"]["source"], each["context"]["id"]) for each in documents}


def test_what_is_none_is_passed_over(tmp_path: Path) -> None:
    """Lines of something else, and of nothing, among those of events; members of another kind than they have."""
    odd = document(customData=["x"], subject={"id": "x", "content": {"outcome": {}, "environment": [], "change": 7}})
    lines = [b"", b"no JSON {", b"[]", b"5", b'{"specversion": "1.0", "data": "text"}', b'{"context": {}}', b"\xff"]
    untimely = document()
    untimely["context"]["timestamp"] = "yesterday"
    nameless = document(subject={"id": "", "content": {}})
    file = tmp_path / "a 'file'.jsonl"
    file.write_bytes(b"\n".join([*lines, *map(orjson.dumps, (odd, untimely, nameless, enveloped(document())))]))
    events, links = read(tmp_path, file)
    assert [row[1] for row in events] == ["i", "i"]
    assert not links


def test_an_input_that_is_nothing_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(ConfigError, match=r"missing\.jsonl: there is no such file"):
        read(tmp_path, tmp_path / "missing.jsonl")

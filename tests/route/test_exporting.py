"""A route that publishes what an export mapping makes of its events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.cdevents.cloudevents import structured
from adapters.mapping import Exporter, load_export
from adapters.model import Encoding, Format, Place, Record
from adapters.route import Rendered, choosing, exporting, renderer
from adapters.sinks.binding import parts
from tests.route.conftest import heard, origins

EXPORT = """
cdevents: 0.5.1
messages:
  over:
    types: [pipelinerun.finished]
    when: {not: {subject.id: nothing}}
    topic: ci.${subject.id}
    headers: {x-run: "${subject.id}"}
    body: {run: "${subject.id}", "ticket?": "${customData.ticket}"}
  strict:
    types: [pipelinerun.finished]
    when: {subject.id: strange}
    body: ${customData.ticket}
"""


@pytest.fixture
def exporter(tmp_path: Path) -> Exporter:
    """The mapping, from a file."""
    (tmp_path / "export.yaml").write_text(EXPORT)
    return load_export(tmp_path, variables={})


def exported(exporter: Exporter, body: str, encoding: Encoding = Encoding.RAW, when: Any = None) -> Rendered:
    """What a mapped route makes of a body."""
    render = choosing(renderer(origins, format_=Format.MAPPED), when or {})
    return exporting(render, lambda: exporter, encoding)(Record(1, heard(body)))


def test_each_event_becomes_what_the_mapping_makes_of_it(exporter: Exporter) -> None:
    """In their order; what it makes nothing of is counted as left out."""
    rendered = exported(exporter, "one nothing two")
    assert [orjson.loads(message.data) for message in rendered.messages] == [{"run": "one"}, {"run": "two"}]
    assert [message.place for message in rendered.messages] == [
        Place("ci.one", headers={"x-run": "one"}),
        Place("ci.two", headers={"x-run": "two"}),
    ]
    assert (rendered.left_out, rendered.errors, rendered.unmatched) == (1, (), 0)


def test_a_message_names_its_event_and_the_adapter(exporter: Exporter) -> None:
    """As a CloudEvent would, and in headers beside a bare body: its own sources, and others', need not hear it."""
    (bare,) = exported(exporter, "one").messages
    (event,) = renderer(origins, format_=Format.CDEVENTS)(Record(1, heard("one"))).messages
    assert bare.attributes["cdeventids"] == event.attributes["id"]
    assert bare.attributes["partitionkey"] == event.attributes["partitionkey"]
    assert parts(bare, "ce-").headers == {
        "x-run": "one",
        "cdevents-ids": event.attributes["id"],
        "adapter": "cdevents-adapters",
    }


def test_a_message_may_be_a_cloudevent(exporter: Exporter) -> None:
    """Where the route wants that."""
    (message,) = exported(exporter, "one", Encoding.STRUCTURED).messages
    found = orjson.loads(structured(message))
    assert (found["type"], found["data"], found["id"]) == ("mapped.over", {"run": "one"}, message.attributes["id"])


def test_one_that_cannot_be_made_is_an_error_with_its_event(exporter: Exporter) -> None:
    """The other messages of its notification are made."""
    rendered = exported(exporter, "strange two")
    assert [orjson.loads(message.data)["run"] for message in rendered.messages] == ["strange", "two"]
    (error,) = rendered.errors
    assert error.startswith("dev.cdevents.pipelinerun.finished.")
    assert error.endswith("export.yaml:13:5: rule strict: customData.ticket is missing")


def test_the_routes_own_condition_is_about_the_event(exporter: Exporter) -> None:
    """Not about what is made of it."""
    rendered = exported(exporter, "one two", when={"subject.id": "two"})
    assert [message.place.topic for message in rendered.messages] == ["ci.two"]

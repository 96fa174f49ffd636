"""What may be written at a place of a mapping that is being written."""

from __future__ import annotations

import pytest

from adapters.cdevents.vocabulary import EVENTS
from adapters.mapping import library
from adapters.mapping.filters import FILTERS
from adapters.playground.completion import words
from adapters.playground.paths import paths

TEXT = """\
cdevents: 0.5.1
variables: {region: eu, depth: {a: 1}}
tables:
  verdict: {ok: success}
let:
  job: ${name}
rules:
  run-finished:
    when: {state: done}
    emit: pipelinerun.finished
    id: [run]
    subject:
      id: ${run}
      content:
        pipelineName: ${name}
        @
"""


def at(text: str) -> list[str]:
    """What may be written where the @ is."""
    before, _, after = text.partition("@")
    row = before.count("\n")
    return [word.text for word in words(before + after, row, len(before.rpartition("\n")[2]))]


def inside(line: str) -> list[str]:
    """What may be written in a line of a rule of the example."""
    return at(TEXT.replace("    id: [run]", f"    {line}").replace("        @\n", "" if "@" in line else "        @\n"))


def test_the_keys_of_a_mapping_are_those_that_it_has_not_yet() -> None:
    """At the top, and in a rule."""
    assert "rules" not in at(TEXT.replace("        @\n", "") + "@")
    assert {"ignore", "defaults", "include"} <= {*at(TEXT.replace("        @\n", "") + "@")}
    assert {"chain", "links", "custom_data", "timestamp"} <= {*inside("@")}
    assert "emit" not in inside("@")


def test_the_content_is_that_of_the_type_that_the_rule_emits() -> None:
    """Its fields, with and without `?`, but for the one that is there."""
    found = at(TEXT)
    assert {"outcome", "outcome?", "uri", "errors?"} <= {*found}
    assert not {"pipelineName", "pipelineName?"} & {*found}
    assert "artifactId" not in found


def test_a_field_with_a_closed_set_of_values_offers_them() -> None:
    """Those of the type's outcome."""
    assert {"success", "failure"} <= {*at(TEXT.replace("@", "outcome: @"))}


def test_every_event_may_be_emitted() -> None:
    """Where the type is written."""
    assert {*EVENTS} <= {*inside("emit: @")}
    assert {*EVENTS} <= {*inside("emit: change.@")}


def test_behind_a_bar_are_the_filters() -> None:
    """In a template, and where an expression stands without braces; each tells how it is called."""
    assert {*FILTERS} <= {*at(TEXT.replace("@", "uri: ${run | @"))}
    assert {*FILTERS} <= {*at(TEXT.replace("@", 'uri: "${run | lower | up@}"'))}
    assert {*FILTERS} <= {*inside("id: [run, name | lo@")}
    told = {word.text: word.about for word in words("let: {a: '${b | ", 0, 15)}
    assert told["capture"].startswith("capture(pattern): ")


def test_behind_a_dollar_are_the_names() -> None:
    """Variables and `let`, wherever they stand, and what is always there; not what is nested in them."""
    assert at(TEXT.replace("@", "uri: ${$@"))[:3] == ["$region", "$depth", "$job"]
    assert "$instance" in at(TEXT.replace("@", "uri: ${$in@"))


def test_a_table_is_one_of_the_tables() -> None:
    """By its name."""
    assert at(TEXT.replace("@", "outcome: ${state | table(@")) == ["verdict"]


def test_a_link_leads_to_a_rule() -> None:
    """Or has what else a link may have."""
    links = TEXT.replace("        @\n", "    links:\n      - {}\n")
    assert "run-finished" in at(links.replace("{}", "path: @"))
    assert {"path", "relation", "end", "kind"} <= {*at(links.replace("{}", "@"))}
    assert {"kind", "tags"} <= {*at(links.replace("{}", "path: a\n        @"))}


def test_an_object_on_one_line_is_completed_as_well() -> None:
    """Between its braces, at any depth."""
    assert {"outcome", "uri"} <= {*inside('subject: {id: a, content: {pipelineName: "${a}", @')}
    assert {"each", "as", "when"} <= {*inside("split: {@")}


def test_a_path_begins_with_what_is_in_the_input() -> None:
    """In an expression, and as the key of a condition; each tells what is there."""
    given = paths("a.json", '{"run": {"id": 7}, "odd key": [{"a": null}]}')
    assert given == [
        ("run", "an object"),
        ("run.id", "7"),
        ('"odd key"', "a list of 1"),
        ('"odd key"[0].a', "null"),
    ]
    assert [word.text for word in words("let:\n  a: ${ru", 1, 9, given=given)] == [path for path, _ in given]
    assert "run.id" in [word.text for word in words("rules:\n  a:\n    id: [ru", 2, 11, given=given)]
    assert "run.id" in [word.text for word in words("rules:\n  a:\n    when: {ru", 2, 13, given=given)]
    assert "run.id" in [word.text for word in words("ignore:\n  - ru", 1, 6, given=given)]
    assert "run.id" in [word.text for word in words("rules:\n  a:\n    id:\n      - ru", 3, 10, given=given)]
    assert "run.id" not in [word.text for word in words("rules:\n  a:\n    em", 2, 6, given=given)]
    assert "run.id" not in [word.text for word in words("rules:\n  a:\n    subject: {id: ru", 2, 20, given=given)]


@pytest.mark.parametrize(
    ("name", "content", "first"),
    [
        ("a.http", 'POST / HTTP/1.1\nx: 1\n\n{"a": 1}', "a"),
        ("a.ndjson", '\n{"b": 1}\n{"c": 1}', "b"),
        ("a.json", "{", None),
        ("a.xml", "<a/>", None),
        ("a.json", "", None),
        ("a.ndjson", "", None),
        ("a.json", "[1]", None),
    ],
)
def test_paths_are_those_of_the_first_notification(name: str, content: str, first: str | None) -> None:
    """However it is sent; what is no JSON has none."""
    assert next((path for path, _ in paths(name, content)), None) == first


def test_an_export_mapping_has_other_keys() -> None:
    """Messages in place of rules."""
    text = "cdevents: 0.5.1\nmessages:\n  told:\n    types: [change.merged]\n    "
    assert {"body", "topic", "headers"} <= {word.text for word in words(text, 4, 4, export=True)}
    assert "messages" in [word.text for word in words("", 0, 0, export=True)]


@pytest.mark.parametrize("name", ["jenkins/notification", "registry/distribution", "junit/report"])
def test_no_place_of_a_mapping_is_an_error(name: str) -> None:
    """Wherever the cursor is, in what is written or half of it."""
    text = library.find(name).read_text(encoding="utf-8")
    for row, line in enumerate(text.splitlines()):
        for column in {0, len(line) // 2, len(line)}:
            words(text, row, column)
            words("\n".join([*text.splitlines()[:row], line[:column]]), row, column)

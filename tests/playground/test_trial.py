"""A mapping tried as it is written, on an input."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from adapters.mapping import library
from adapters.playground.attempt import Attempt, Given
from adapters.playground.trial import MOST_EVENTS, tried
from tests import example

NAMES = ["jenkins/notification", "gerrit/events", "registry/distribution", "junit/report", "slack/message"]


def attempt(
    folder: Path, written: str = example.MAPPING, content: object = example.FINISHED, **others: object
) -> Attempt:
    """The example as it is written now, and an input."""
    text = content if isinstance(content, str) else orjson.dumps(content).decode()
    values = {
        "mapping": str(folder / "mapping.yaml"),
        "written": written,
        "name": "now.json",
        "content": text,
        **others,
    }
    return Attempt.model_validate(values)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The example's own folder."""
    return example.mapping(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_of_shipped_examples_is_what_their_files_expect(name: str) -> None:
    """Includes, lookups and `context.yaml` of the folder are those of `check`."""
    mapping = library.either(name)
    inputs = sorted(mapping.with_name("inputs").iterdir())
    for file in inputs[::5]:
        content = file.read_text(encoding="utf-8", errors="replace")
        if "�" in content:
            continue
        found = tried(attempt(mapping.parent, mapping.read_text(), content, name=file.name, mapping=str(mapping)))
        assert not found.problems
        expected = (mapping.parent / "expected" / f"{file.stem}.json").read_text()
        assert found.expected is not None
        assert orjson.loads(found.expected) == orjson.loads(expected), file


def test_the_story_says_of_each_rule_what_it_did(folder: Path) -> None:
    """Which made what, and why the others did not."""
    found = tried(attempt(folder))
    assert [event.name for event in found.events] == ["pipelinerun.finished"]
    assert orjson.loads(found.events[0].document)["subject"]["content"] == {"outcome": "success"}
    assert [(each.record, each.rule, each.verdict) for each in found.story] == [
        (1, "run-started", "no"),
        (1, "run-finished", "yes"),
    ]
    assert found.story[0].words == "no, state is text 'finished', not started"


def test_a_problem_of_the_mapping_is_at_its_line(folder: Path) -> None:
    """As `check` tells it, of what is written and not of what is on the disk; all problems at once."""
    written = example.MAPPING.replace("emit: pipelinerun.started", "emit: pipelinerun.startd").replace(
        "${at}", "${at | isso}"
    )
    found = tried(attempt(folder, written))
    lines = written.splitlines()
    assert {lines[remark.line - 1].strip() for remark in found.problems} == {
        "emit: pipelinerun.startd",
        "timestamp: ${at | isso}",
    }
    assert any("did you mean 'pipelinerun.started'?" in remark.message for remark in found.problems)
    assert not found.events


def test_no_yaml_is_a_problem_at_its_line(folder: Path) -> None:
    """Nobody's mapping is YAML at every key pressed."""
    [remark] = tried(attempt(folder, "cdevents: 0.5.1\nrules: {")).problems
    assert remark.line >= 2


def test_a_value_that_is_missing_is_told_at_the_rule(folder: Path) -> None:
    """It is what would park the record."""
    found = tried(attempt(folder, content={"state": "finished", "run": "app/7", "at": "2026-01-01T10:05:00Z"}))
    [error] = found.errors
    assert "outcome is missing" in error.message
    assert example.MAPPING.splitlines()[error.line - 1].strip().startswith(("content", "run-finished"))
    assert found.expected is None


def test_what_no_rule_covers_is_told(folder: Path) -> None:
    """It is no golden."""
    found = tried(attempt(folder, content={"state": "?"}))
    assert "covered by no rule" in found.errors[0].message
    assert found.expected is None


def test_what_is_ignored_expects_nothing(folder: Path) -> None:
    """A golden of nothing is a written `[]`."""
    assert orjson.loads(tried(attempt(folder, content=example.WAITING)).expected or "") == []


def test_an_invalid_event_is_an_error(folder: Path) -> None:
    """As it would be of a route."""
    found = tried(attempt(folder, example.MAPPING.replace('"${$instance}${run}"', "no uri"), example.STARTED))
    assert "not a valid CDEvent" in found.errors[0].message


def test_what_a_source_says_stands_in_for_the_context(folder: Path) -> None:
    """A record of the journal makes the events that the sidecar made of it."""
    given = Given(
        instance="https://ci.example.com/", variables={"greeting": "hi"}, received_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    [event] = tried(attempt(folder, content=example.STARTED, given=given)).events
    document = orjson.loads(event.document)
    assert document["context"]["source"] == "https://ci.example.com/"
    assert document["customData"] == {"greeting": "hi"}


def test_a_request_has_its_headers_and_lines_are_one_each(folder: Path) -> None:
    """By the extension of the input's name, as the files of `inputs/`."""
    written = example.MAPPING.replace('"${$greeting}"', '"${$headers.x-site}"')
    request = f"POST / HTTP/1.1\nX-Site: north\n\n{orjson.dumps(example.STARTED).decode()}"
    [event] = tried(attempt(folder, written, request, name="a.http")).events
    assert orjson.loads(event.document)["customData"] == {"greeting": "north"}
    lines = "\n".join(orjson.dumps(each).decode() for each in (example.STARTED, example.FINISHED))
    assert len(tried(attempt(folder, content=lines, name="a.ndjson")).events) == 2


def test_many_events_are_counted_and_not_all_told(folder: Path) -> None:
    """The page stays one that can be shown."""
    lines = "\n".join(orjson.dumps({**example.FINISHED, "run": f"app/{n}"}).decode() for n in range(MOST_EVENTS + 7))
    found = tried(attempt(folder, content=lines, name="a.ndjson"))
    assert (len(found.events), found.more) == (MOST_EVENTS, 7)


@pytest.mark.parametrize("way", ["include: [{0}]\n", "lookups: {{teams: {{file: {0}, key: a, value: b}}}}\n"])
@pytest.mark.parametrize("link", [False, True])
def test_nothing_outside_of_the_folder_is_read(folder: Path, way: str, link: bool) -> None:
    """Neither by a path nor by a link in the folder; the place that names it is told, and none of its text."""
    name = "other.yaml" if "include" in way else "other.csv"
    outside = folder.parent / name
    outside.write_text("s3cr3t-word: [1\n")
    if link:
        (folder / name).symlink_to(outside)
    written = way.format(name if link else f"../{name}") + example.MAPPING.lstrip()
    [remark] = tried(attempt(folder, written)).problems
    assert "nothing but the mapping's own folder" in remark.message
    assert remark.line == 1
    assert "s3cr3t-word" not in remark.message


def test_a_context_that_is_a_link_to_elsewhere_is_not_read(folder: Path) -> None:
    """It is a file of the folder like others."""
    (folder.parent / "else.yaml").write_text("s3cr3t-word: 1\n")
    (folder / "context.yaml").symlink_to(folder.parent / "else.yaml")
    [remark] = tried(attempt(folder)).problems
    assert "context.yaml" in remark.message
    assert "s3cr3t-word" not in remark.message


def test_files_of_the_folder_and_shared_ones_are_read(folder: Path) -> None:
    """What a mapping is made of where it runs."""
    (folder / "teams.csv").write_text("service,team\napp,blue\n")
    (folder / "more.yaml").write_text("lookups: {teams: {file: teams.csv, key: service, value: team}}\n")
    written = "include: [more.yaml, shared/service.yaml]\n" + example.MAPPING.lstrip().replace(
        '"${$greeting}"', '"${name | table(teams)}"'
    )
    found = tried(attempt(folder, written, example.STARTED))
    assert not found.problems
    assert orjson.loads(found.events[0].document)["customData"] == {"greeting": "blue"}

"""Goldens of a small mapping, on disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import orjson
import pytest

from adapters import goldens
from adapters.errors import ConfigError
from adapters.mapping import library
from tests import example
from tests.example import FINISHED, STARTED, WAITING


def problems(mapping: Path) -> list[str]:
    """What the check of a mapping finds."""
    return [str(problem) for problem in goldens.check(goldens.run(mapping))]


def accepted(mapping: Path) -> Path:
    """The mapping with its expected files written."""
    goldens.update(goldens.run(mapping))
    return mapping


def test_what_update_writes_is_what_check_accepts(tmp_path: Path) -> None:
    """After an update there is an expected file for each input, and nothing to complain of."""
    mapping = accepted(example.mapping(tmp_path, started=STARTED, finished=FINISHED, waiting=WAITING))
    assert sorted(file.name for file in (mapping / "expected").iterdir()) == [
        "finished.json",
        "started.json",
        "waiting.json",
    ]
    assert problems(mapping) == []


def test_an_expected_file_is_the_array_of_documents(tmp_path: Path) -> None:
    """Events are whole CDEvents 0.5.1 in their order; what is ignored on purpose is an empty array."""
    mapping = accepted(example.mapping(tmp_path, started=STARTED, waiting=WAITING))
    [event] = orjson.loads((mapping / "expected" / "started.json").read_bytes())
    assert event["context"]["type"] == "dev.cdevents.pipelinerun.started.0.3.0"
    assert event["context"]["specversion"] == "0.5.1"
    assert (mapping / "expected" / "waiting.json").read_text() == "[]\n"


def test_an_input_without_an_expected_file_is_a_problem(tmp_path: Path) -> None:
    """Nobody has said what this input becomes."""
    mapping = example.mapping(tmp_path, waiting=WAITING)
    [problem] = problems(mapping)
    assert problem.startswith(f"{mapping}/inputs/waiting.json: has no {mapping}/expected/waiting.json")


def test_an_expected_file_without_an_input_is_a_problem_and_update_removes_it(tmp_path: Path) -> None:
    """A leftover expectation is found even when no input is left at all."""
    mapping = accepted(example.mapping(tmp_path, waiting=WAITING))
    (mapping / "inputs" / "waiting.json").unlink()
    [problem] = problems(mapping)
    assert problem.startswith(f"{mapping}/expected/waiting.json: has no input")
    assert goldens.update(goldens.run(mapping)) == [mapping / "expected" / "waiting.json"]
    assert problems(mapping) == []


def test_a_changed_event_is_a_problem_that_the_diff_shows(tmp_path: Path) -> None:
    """The diff has the line as expected and the line as it is now."""
    mapping = accepted(example.mapping(tmp_path, started=STARTED))
    expected = mapping / "expected" / "started.json"
    expected.write_text(expected.read_text().replace('"pipelineName": "app"', '"pipelineName": "other"'))
    [problem] = problems(mapping)
    assert problem.startswith(f"{expected}: is not what the mapping makes")
    [golden] = goldens.run(mapping).goldens
    lines = [line.replace(" ", "") for line in goldens.diff(golden)]
    assert '-"pipelineName":"other",' in lines
    assert '+"pipelineName":"app",' in lines


def test_layout_and_order_of_members_do_not_matter(tmp_path: Path) -> None:
    """An expected file may be formatted by any tool."""
    mapping = accepted(example.mapping(tmp_path, started=STARTED))
    expected = mapping / "expected" / "started.json"
    expected.write_bytes(orjson.dumps(orjson.loads(expected.read_bytes()), option=orjson.OPT_SORT_KEYS))
    assert problems(mapping) == []


def test_true_is_not_one(tmp_path: Path) -> None:
    """JSON values of different types differ, also where Python's are equal."""
    mapping = example.mapping(tmp_path, started=STARTED)
    (mapping / "context.yaml").write_text("variables: {greeting: 1}")
    expected = accepted(mapping) / "expected" / "started.json"
    expected.write_text(expected.read_text().replace('"greeting": 1', '"greeting": true'))
    assert len(problems(mapping)) == 1


@pytest.mark.parametrize("content", ["", "[", "\udcff"])
def test_an_expected_file_that_is_not_json_is_only_different(tmp_path: Path, content: str) -> None:
    """No file content breaks the check."""
    mapping = accepted(example.mapping(tmp_path, waiting=WAITING))
    (mapping / "expected" / "waiting.json").write_bytes(content.encode(errors="surrogateescape"))
    assert len(problems(mapping)) == 1


def test_the_context_file_sets_instance_variables_and_time(tmp_path: Path) -> None:
    """What is in context.yaml is in the events."""
    mapping = example.mapping(tmp_path, started={**STARTED, "at": None})
    text = (mapping / "mapping.yaml").read_text().replace("${at}", "${at | default($received_at)}")
    (mapping / "mapping.yaml").write_text(text)
    (mapping / "context.yaml").write_text(
        "{instance: 'https://ci.example.org/', variables: {greeting: hi}, received_at: 2030-05-06T07:08:09Z}"
    )
    [golden] = goldens.run(mapping).goldens
    [event] = golden.events
    assert event.source == "https://ci.example.org/"
    assert event.custom_data == {"greeting": "hi"}
    assert event.timestamp == "2030-05-06T07:08:09.000Z"


def test_the_instance_does_not_depend_on_the_folder(tmp_path: Path) -> None:
    """A mapping that is copied to a folder of another name still makes what its expected files say."""
    mapping = accepted(example.mapping(tmp_path, started=STARTED))
    [golden] = goldens.run(mapping).goldens
    assert golden.events[0].source == "https://tool.example.com/"
    copied = tmp_path / "other" / "name"
    shutil.copytree(mapping, copied)
    assert problems(copied) == []


@pytest.mark.parametrize("name", library.shipped())
def test_a_shipped_mapping_is_fine_wherever_it_is(tmp_path: Path, name: str) -> None:
    """Under another name, and in no tool's folder: what it includes is found, and its goldens agree."""
    copied = tmp_path / "mine"
    shutil.copytree(library.find(name).parent, copied)
    assert problems(copied) == []


def test_single_inputs_have_circumstances_of_their_own(tmp_path: Path) -> None:
    """Their variables and headers beside those of all, and their time; others have what all have."""
    mapping = example.mapping(tmp_path, started=STARTED, finished={**FINISHED, "at": None}, again=STARTED)
    text = (mapping / "mapping.yaml").read_text().replace("${at}", "${at | default($received_at)}")
    (mapping / "mapping.yaml").write_text(text.replace("{greeting: hello}", "{greeting: hello, other: 1}"))
    (mapping / "context.yaml").write_text("""
variables: {greeting: hi}
inputs:
  again: {variables: {greeting: hi again, other: 2}}
  finished: {received_at: 2030-05-06T07:08:09Z}
""")
    again, finished, started = goldens.run(mapping).goldens
    assert [each.events[0].custom_data for each in (started, again)] == [{"greeting": "hi"}, {"greeting": "hi again"}]
    assert finished.events[0].timestamp == "2030-05-06T07:08:09.000Z"


def test_circumstances_of_no_input_are_a_mistake(tmp_path: Path) -> None:
    """They are those of an input of another name, most likely."""
    mapping = example.mapping(tmp_path, started=STARTED)
    (mapping / "context.yaml").write_text("inputs:\n  start: {variables: {greeting: hi}}")
    with pytest.raises(ConfigError, match=r"context\.yaml:2:3: there is no input 'start' \(did you mean 'started'\?\)"):
        goldens.run(mapping)


def test_a_lookup_that_the_context_names_is_beside_it(tmp_path: Path) -> None:
    """So that a mapping and its examples can be moved as one."""
    mapping = example.mapping(tmp_path, started=STARTED)
    lookup = 'lookups: {names: {file: "${$names}"}}\n'
    text = (mapping / "mapping.yaml").read_text().replace("${name}", "${name | table(names)}")
    (mapping / "mapping.yaml").write_text(lookup + text.replace("{greeting: hello}", "{greeting: hello, names: null}"))
    (mapping / "context.yaml").write_text("variables: {names: names.csv}")
    (mapping / "names.csv").write_text("key,value\napp,The App\n")
    [golden] = goldens.run(mapping).goldens
    assert golden.events[0].content["pipelineName"] == "The App"


def unreached(mapping: Path) -> list[str]:
    """What no example reaches."""
    return [str(problem) for problem in goldens.run(mapping).unreached]


def test_what_no_example_reaches_is_told(tmp_path: Path) -> None:
    """Each rule that fires for none, and each entry of `ignore` that holds for none, at its place."""
    mapping = example.mapping(tmp_path, started=STARTED)
    assert unreached(mapping) == [
        f"{mapping}/mapping.yaml:18:3: no example fires the rule run-finished",
        f"{mapping}/mapping.yaml:5:5: no example is ignored by this",
    ]
    for name, content in {"finished": FINISHED, "waiting": WAITING}.items():
        (mapping / "inputs" / f"{name}.json").write_bytes(orjson.dumps(content))
    assert unreached(mapping) == []


def test_a_rule_that_fails_or_has_nothing_to_split_does_not_fire(tmp_path: Path) -> None:
    """What is only tried is not shown to work; nor is what a record is ignored before."""
    mapping = example.mapping(tmp_path, started={**STARTED, "name": None}, finished={**FINISHED, "parts": []})
    text = (mapping / "mapping.yaml").read_text()
    split = text.replace(
        "    when: {state: finished}\n", "    when: {state: finished}\n    split: {each: parts, as: part}\n"
    )
    (mapping / "mapping.yaml").write_text(split)
    assert [line.rpartition(" ")[2] for line in unreached(mapping)] == ["run-started", "run-finished", "this"]
    (mapping / "mapping.yaml").write_text(text.replace("{state: waiting}", "{run: app/7}"))
    assert [line.rpartition(" ")[2] for line in unreached(mapping)] == ["run-started", "run-finished"]


def test_a_mapping_without_examples_is_told_once(tmp_path: Path) -> None:
    """Not rule by rule."""
    mapping = example.mapping(tmp_path)
    assert unreached(mapping) == [f"{mapping}/mapping.yaml: has no examples (put notifications into inputs/ beside it)"]


def test_a_wrong_context_file_is_told_at_its_place(tmp_path: Path) -> None:
    """A misspelt key is a ConfigError with file, line and column."""
    mapping = example.mapping(tmp_path)
    (mapping / "context.yaml").write_text("instanz: https://ci.example.org/")
    with pytest.raises(ConfigError, match=r"context\.yaml:1:1: unknown key 'instanz'"):
        goldens.run(mapping)


def test_each_line_of_an_ndjson_input_is_a_notification(tmp_path: Path) -> None:
    """Their events stand together in one expected file; blank lines are none."""
    mapping = example.mapping(tmp_path)
    lines = b"\n\n".join([orjson.dumps(STARTED), orjson.dumps(FINISHED)])
    (mapping / "inputs" / "run.ndjson").write_bytes(lines + b"\n")
    [golden] = goldens.run(mapping).goldens
    assert [event.name for event in golden.events] == ["pipelinerun.started", "pipelinerun.finished"]
    assert golden.expected == mapping / "expected" / "run.json"


def test_an_http_input_has_headers_of_its_own(tmp_path: Path) -> None:
    """A whole request, with the line ends of the protocol or of an editor; they count before those of the context."""
    for end in (b"\r\n", b"\n"):
        file = tmp_path / "request.http"
        file.write_bytes(end.join([b"POST / HTTP/1.1", b"Ce-Type: made", b"", b"", b'{"a": "' + end * 2 + b'"}']))
        [each] = goldens.sent(file)
        assert (each.headers, each.body) == ({"ce-type": "made"}, end + b'{"a": "' + end * 2 + b'"}')


def test_what_cannot_be_translated_is_a_problem_and_is_not_frozen(tmp_path: Path) -> None:
    """Errors, unreadable inputs and unmatched records are told by file, and update leaves no expected file for them."""
    mapping = example.mapping(tmp_path, error={**STARTED, "name": None}, unmatched={"state": "new"})
    (mapping / "inputs" / "broken.json").write_text("{")
    assert goldens.update(goldens.run(mapping)) == []
    found = problems(mapping)
    assert any(text.startswith(f"{mapping}/inputs/broken.json: the body is not JSON") for text in found)
    assert any(text.startswith(f"{mapping}/inputs/error.json: ") and "run-started" in text for text in found)
    assert any(text.startswith(f"{mapping}/inputs/unmatched.json: 1 of its records") for text in found)


def test_a_truth_is_held_although_the_expected_files_agree(tmp_path: Path) -> None:
    """A run that finished before it started stays wrong, however often it is accepted."""
    early = {**FINISHED, "at": "2026-01-01T09:00:00Z"}
    mapping = accepted(example.mapping(tmp_path, started=STARTED, finished=early))
    [problem] = problems(mapping)
    assert problem.startswith(f"{mapping}/inputs/finished.json: event 1, pipelinerun.finished of app/7")
    assert "is before pipelinerun.started of app/7" in problem


def test_hidden_files_and_folders_are_no_inputs(tmp_path: Path) -> None:
    """What editors and file systems leave behind is not looked at."""
    mapping = example.mapping(tmp_path)
    (mapping / "inputs" / ".swp").write_text("{")
    (mapping / "inputs" / "old").mkdir()
    assert goldens.run(mapping).goldens == ()

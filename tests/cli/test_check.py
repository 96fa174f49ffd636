"""`check`, on mappings and configurations of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.mapping import library
from tests import example
from tests.cli.support import invoke
from tests.example import FINISHED, STARTED, WAITING

CONFIG = """
sources:
  ci: {{type: webhook, path: /ci, instance: https://ci.example.com/, mapping: {mapping}, variables: {{{variables}}}}}
sinks: {{out: {{type: stdout}}}}
routes: {{cdevents: {{format: cdevents, sink: out}}}}
"""


def configuration(folder: Path, mapping: Path, variables: str = "") -> Path:
    """A configuration of one source with this mapping."""
    file = folder / "config.yaml"
    file.write_text(CONFIG.format(mapping=mapping, variables=variables))
    return file


def test_a_mapping_whose_goldens_agree_is_fine(tmp_path: Path) -> None:
    """Exit 0, and one line that counts."""
    mapping = example.mapping(tmp_path, started=STARTED, finished=FINISHED, waiting=WAITING)
    assert invoke("check", mapping, "--update").exit_code == 0
    result = invoke("check", mapping)
    assert result.exit_code == 0
    assert result.stdout == f"{mapping}: 3 goldens, 2 events, fine\n"
    assert result.stderr == ""


def test_what_no_example_reaches_is_a_note_or_with_strict_a_problem(tmp_path: Path) -> None:
    """It is told either way; only with --strict does it fail."""
    mapping = example.mapping(tmp_path, started=STARTED, waiting=WAITING)
    invoke("check", mapping, "--update")
    result = invoke("check", mapping)
    assert result.exit_code == 0
    assert result.stderr == f"{mapping}/mapping.yaml:18:3: note: no example fires the rule run-finished\n"
    assert result.stdout == f"{mapping}: 2 goldens, 1 event, fine\n"
    result = invoke("check", mapping, "--strict")
    assert result.exit_code == 1
    assert result.stderr == f"{mapping}/mapping.yaml:18:3: no example fires the rule run-finished\n"
    assert result.stdout == f"{mapping}: 2 goldens, 1 event, 1 problem\n"


def test_update_says_what_it_writes_and_removes(tmp_path: Path) -> None:
    """Each changed file is named once, and a second update has nothing to do."""
    mapping = example.mapping(tmp_path, started=STARTED)
    (mapping / "expected").mkdir()
    (mapping / "expected" / "old.json").write_text("[]")
    result = invoke("check", mapping, "--update")
    assert f"wrote {mapping}/expected/started.json\n" in result.stdout
    assert f"removed {mapping}/expected/old.json\n" in result.stdout
    assert "wrote" not in invoke("check", mapping, "--update").stdout


def test_a_difference_is_a_problem_and_review_shows_it(tmp_path: Path) -> None:
    """Exit 1; the problem is on stderr, the diff on stdout."""
    mapping = example.mapping(tmp_path, started=STARTED)
    result = invoke("check", mapping, "--review")
    assert result.exit_code == 1
    assert f"{mapping}/inputs/started.json: has no {mapping}/expected/started.json" in result.stderr
    assert '+        "pipelineName": "app",\n' in result.stdout
    assert f"{mapping}: 1 golden, 1 event, 1 problem\n" in result.stdout


def test_control_characters_of_an_input_do_not_reach_the_terminal(tmp_path: Path) -> None:
    """An escape sequence in a payload is shown, not obeyed."""
    mapping = example.mapping(tmp_path, started={**STARTED, "at": "\x1b[31mnow\x07"})
    result = invoke("check", mapping, "--review")
    assert "\x1b[31m" not in result.output
    assert "\\x1b[31mnow\\x07" in result.stderr


def test_a_mapping_that_does_not_load_ends_with_2_after_the_others(tmp_path: Path) -> None:
    """Its problems are told at their places, and the other mappings are still checked."""
    good, bad = example.mapping(tmp_path / "good", waiting=WAITING), example.mapping(tmp_path / "bad")
    text = (bad / "mapping.yaml").read_text().replace("pipelinerun.started", "pipelinerun.begun")
    (bad / "mapping.yaml").write_text(text)
    result = invoke("check", bad, good)
    assert result.exit_code == 2
    assert f"{bad}/mapping.yaml:12:5: there is no CDEvent 'pipelinerun.begun'" in result.stderr
    assert f"{good}: 1 golden" in result.stdout


def test_every_shipped_mapping_is_checked_where_that_is_asked_for() -> None:
    """Their goldens agree, and reach each rule and each `ignore`."""
    result = invoke("check", "--all", "--strict")
    assert result.stderr == ""
    assert result.exit_code == 0
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == library.shipped()


def test_a_configuration_is_checked_with_its_mappings(tmp_path: Path) -> None:
    """The user's own mapping of a source is checked, and no shipped one that nobody asked for."""
    mapping = example.mapping(tmp_path, waiting=WAITING)
    invoke("check", mapping, "--update")
    config = configuration(tmp_path, mapping)
    lines = invoke("check", "--config", config).stdout.splitlines()
    assert lines == [f"{config}: 1 source, 1 sink, 1 route, fine", f"{mapping}: 1 golden, 0 events, fine"]


def test_a_mapping_that_is_tried_is_checked_with_the_others(tmp_path: Path) -> None:
    """The mapping of a shadow is no surprise when the service starts."""
    config = configuration(tmp_path, example.mapping(tmp_path))
    config.write_text(config.read_text() + "shadows: {next: {source: ci, mapping: jenkins/notificaton}}\n")
    result = invoke("check", "--config", config)
    assert result.exit_code == 2
    told = "there is no mapping 'jenkins/notificaton' (did you mean 'jenkins/notification'?)"
    assert result.stderr == f"{config}:6:30: {told}\n"


@pytest.mark.parametrize(
    ("variables", "problem"),
    [
        ("greting: hi", "the mapping has no variable 'greting' (did you mean 'greeting'?)"),
        ("nope", "no variable 'nope'"),
    ],
)
def test_a_wrong_configuration_ends_with_2(tmp_path: Path, variables: str, problem: str) -> None:
    """What is wrong with it is told, without a traceback."""
    config = configuration(tmp_path, example.mapping(tmp_path), variables)
    result = invoke("check", "--config", config)
    assert result.exit_code == 2
    assert problem in result.stderr
    assert "Traceback" not in result.output


def test_an_expected_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Exit 2 with the path, when something else stands where a file should."""
    mapping = example.mapping(tmp_path, started=STARTED)
    (mapping / "expected").write_text("not a folder")
    result = invoke("check", mapping, "--update")
    assert result.exit_code == 2
    assert f"{mapping}/expected" in result.stderr

"""Export mappings on the command line: `check` and `translate` take them as they take others."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.cli.support import invoke

EXPORT = """
cdevents: 0.5.1
variables: {team: red}
messages:
  told:
    types: [pipelinerun.finished]
    topic: ci.${$team}
    body: {run: "${subject.id}", "outcome?": "${subject.content.outcome}"}
"""
CONFIG = """
sources: {{events: {{type: webhook, path: /events, cdevents: true}}}}
sinks: {{out: {{type: stdout}}}}
routes: {{out: {{format: mapped, mapping: {mapping}, sink: out, variables: {variables}}}}}
"""


def event(type_: str = "pipelinerun.finished.0.3.0", **subject: object) -> bytes:
    """A CDEvent."""
    context = {
        "specversion": "0.5.1",
        "id": "1",
        "source": "https://ci.example.com/",
        "timestamp": "2026-03-02T08:15:30Z",
    }
    return orjson.dumps(
        {"context": {**context, "type": f"dev.cdevents.{type_}"}, "subject": {"id": "app/7", **subject}}
    )


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """An export mapping with an example of what it makes a message of, and one of what it does not."""
    folder = tmp_path / "board"
    (folder / "inputs").mkdir(parents=True)
    (folder / "export.yaml").write_text(EXPORT)
    (folder / "inputs/finished.json").write_bytes(event(content={"outcome": "success"}))
    (folder / "inputs/merged.json").write_bytes(event("change.merged.0.3.0", content={}))
    return folder


def test_check_writes_and_compares_its_examples(export: Path) -> None:
    """A message says of its place what the mapping says; nothing is an empty list."""
    assert invoke("check", export).exit_code == 1
    assert invoke("check", "--update", export).exit_code == 0
    [message] = orjson.loads((export / "expected/finished.json").read_bytes())
    assert message == {
        "message": "told",
        "id": message["id"],
        "type": "mapped.told",
        "topic": "ci.red",
        "body": {"run": "app/7", "outcome": "success"},
    }
    assert orjson.loads((export / "expected/merged.json").read_bytes()) == []
    assert invoke("check", "--strict", export).stdout == f"{export}: 2 goldens, 1 event, fine\n"
    (export / "export.yaml").write_text(EXPORT.replace("ci.", "cd."))
    assert "is not what the mapping makes" in invoke("check", export / "export.yaml").stderr


def test_check_tells_what_no_example_makes(export: Path) -> None:
    """By the name of the message."""
    (export / "export.yaml").write_text(EXPORT + "  never:\n    types: [build.started]\n    body: {}\n")
    assert "no example fires the rule never" in invoke("check", "--strict", export).stderr


def test_translate_prints_a_message_a_line(export: Path) -> None:
    """Also of CloudEvents on stdin, with variables; what it makes nothing of is nothing, and no problem."""
    data = orjson.loads(event())
    cloud = {"specversion": "1.0", "id": "1", "source": "s", "type": data["context"]["type"], "data": data}
    stdin = orjson.dumps(cloud) + b"\n" + event("change.merged.0.3.0") + b"\n"
    result = invoke("translate", "--set", "team=blue", export, stdin=stdin)
    assert (result.exit_code, result.stderr) == (0, "")
    [line] = result.stdout.splitlines()
    assert orjson.loads(line)["topic"] == "ci.blue"


def test_translate_explains_why(export: Path) -> None:
    """Message by message."""
    result = invoke("translate", "--explain", export, export / "inputs/merged.json")
    assert "told: no, $type is text 'change.merged', not one of pipelinerun.finished" in result.stderr


@pytest.mark.parametrize(
    ("stdin", "says"),
    [(b"{}\n", "stdin:1: the body is not one of CDEvents"), (b"{\n", "stdin:1: the body is not one of CDEvents")],
)
def test_translate_tells_what_is_no_cdevent(export: Path, stdin: bytes, says: str) -> None:
    """In words, and with exit 1."""
    result = invoke("translate", export, stdin=stdin)
    assert result.exit_code == 1
    assert result.stderr.startswith(says)


def test_a_configuration_is_checked_with_its_own_exports(export: Path, tmp_path: Path) -> None:
    """Their examples are run, and what is wrong with what a route asks for is told there."""
    file = tmp_path / "c.yaml"
    file.write_text(CONFIG.format(mapping=export, variables="{team: blue}"))
    assert invoke("check", "--update", export).exit_code == 0
    assert f"{export}: 2 goldens, 1 event, fine" in invoke("check", "--config", file).stdout
    file.write_text(CONFIG.format(mapping=export, variables="{tema: blue}"))
    found = invoke("check", "--config", file)
    assert found.exit_code == 2
    assert "c.yaml:4:" in found.stderr
    assert "the mapping has no variable 'tema' (did you mean 'team'?)" in found.stderr


def test_an_export_that_there_is_not_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    """A mapping of a source is none."""
    file = tmp_path / "c.yaml"
    for name, hint in (("slack/messages", "did you mean 'slack/message'?"), ("jenkins/notification", "")):
        file.write_text(CONFIG.format(mapping=name, variables="{}"))
        found = invoke("check", "--config", file)
        assert found.exit_code == 2
        assert f"there is no mapping '{name}'" in found.stderr
        assert hint in found.stderr

"""`send`: one event from a shell, which is valid, and is not lost where the sink is away."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.cli import main
from tests.cli.support import environment, invoke
from tests.receiver import receiving

DEPLOYED = ["--type", "service.deployed", "--subject", "shop", "--content", "environment.id=prod"]
DEPLOYED += ["--content", "artifactId=pkg:oci/shop@sha256:abc", "--source", "https://host.example.com/"]
BUILD = ["--type", "build.started", "--subject", "1"]
CONFIG = """
sources: {{tool: {{type: webhook, path: /tool, instance: https://tool.example.com/}}}}
sinks: {{old: {{type: http, url: "{url}/old"}}, new: {{type: http, url: "{url}/new"}}}}
routes:
  legacy: {{format: legacy, sink: old}}
  old: {{format: cdevents, sink: old, spec: 0.4.1, encoding: binary, sources: []}}
  new: {{format: cdevents, sink: new, sources: []}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where all happens."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def lines(file: Path) -> list[Any]:
    """The data of the events in a file."""
    return [json.loads(line)["data"] for line in file.read_text().splitlines()]


def test_an_event_from_options(folder: Path) -> None:
    """Content with objects in it, JSON, custom data; with an id that names the occurrence, it is the same again."""
    words = ["send", *DEPLOYED, "--custom", 'tags=["a"]', "--custom", "by=jane", "--id", "build-7", "--to", "out.jsonl"]
    assert (invoke(*words).exit_code, invoke(*words).exit_code) == (0, 0)
    one, two = lines(folder / "out.jsonl")
    assert one["context"]["id"] == two["context"]["id"]
    assert one["context"]["type"] == "dev.cdevents.service.deployed.0.3.0"
    assert one["subject"] == {
        "id": "shop",
        "content": {"environment": {"id": "prod"}, "artifactId": "pkg:oci/shop@sha256:abc"},
    }
    assert one["customData"] == {"tags": ["a"], "by": "jane"}
    invoke("send", *DEPLOYED, "--to", "out.jsonl")
    assert lines(folder / "out.jsonl")[2]["context"]["id"] != one["context"]["id"]


def test_a_file_of_lines_is_an_event_each(folder: Path) -> None:
    """As a sink writes them, with line ends of Windows, too; what is wrong in one is told with its number."""
    for subject in ("shop", "cart"):
        invoke("send", *DEPLOYED, "--subject", subject, "--to", "made.jsonl")
    (folder / "in.jsonl").write_bytes(b"\r\n".join([*(folder / "made.jsonl").read_bytes().splitlines(), b""]))
    assert invoke("send", "in.jsonl", "--to", "out.jsonl").exit_code == 0
    assert lines(folder / "out.jsonl") == lines(folder / "made.jsonl")
    (folder / "in.jsonl").write_bytes((folder / "made.jsonl").read_bytes() + b"{\n")
    result = invoke("send", "in.jsonl", "--to", "out.jsonl")
    assert (result.exit_code, result.stderr.startswith("line 3: the body is not JSON")) == (2, True)


@pytest.mark.parametrize("stdout", [">&-", ">/dev/full"])
def test_an_output_that_takes_nothing_is_told(folder: Path, stdout: str) -> None:
    """An event for it is kept, and what was to be read there is a line on stderr, and no traceback."""
    send = f"send {' '.join(DEPLOYED)} --to - --outbox kept"
    command = "; ".join(f'"$0" -m adapters {words} {stdout}' for words in (send, "version"))
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    kept, version = done.stderr.splitlines()
    assert kept.startswith("1 event kept in kept/")
    assert version.startswith("standard output: ")
    assert (len([*folder.glob("kept/*/*.json")]), done.returncode) == (1, 2)


def test_what_cannot_be_sent_is_kept_for_the_next() -> None:
    """The command says where, and ends well; the order is kept."""
    with receiving() as receiver:
        receiver.answers.append((503, {}, b""))
        result = invoke("send", *DEPLOYED, "--id", "1", "--to", receiver.url)
        assert result.exit_code == 0
        assert "1 event kept in var/outbox/" in result.stderr
        result = invoke("send", *DEPLOYED, "--id", "2", "--to", receiver.url)
        assert (result.exit_code, result.stderr) == (0, "")
        assert invoke("send", "--flush", "--to", receiver.url).exit_code == 0
        sent = [json.loads(each.body)["id"] for each in receiver.requests]
    assert (len(sent), len({*sent}), sent[0]) == (3, 2, sent[1])


def test_what_the_sink_refuses_is_told(folder: Path) -> None:
    """And set aside, so that it holds up nothing."""
    with receiving() as receiver:
        receiver.answers.append((400, {}, b"no"))
        result = invoke("send", *DEPLOYED, "--to", receiver.url)
        assert (result.exit_code, "refused for good" in result.stderr) == (1, True)
        assert invoke("send", *DEPLOYED, "--to", receiver.url).exit_code == 0
    assert len(list(folder.rglob("*.refused"))) == 1


def test_as_a_route_says(folder: Path) -> None:
    """Its sink, its version of CDEvents and its encoding; of several routes one has to be named."""
    with receiving() as receiver:
        (folder / "c.yaml").write_text(CONFIG.format(url=receiver.url.partition("/events")[0]))
        result = invoke("send", *DEPLOYED, "--config", "c.yaml")
        assert (result.exit_code, "--route names one: there are old, new" in result.stderr) == (2, True)
        assert invoke("send", *DEPLOYED, "--config", "c.yaml", "--route", "old").exit_code == 0
        assert "no route 'legacy'" in invoke("send", *DEPLOYED, "--config", "c.yaml", "--route", "legacy").stderr
        [request] = receiver.requests
    assert (request.path, request.headers["ce-type"]) == ("/old", "dev.cdevents.service.deployed.0.2.0")
    assert json.loads(request.body)["context"]["version"] == "0.4.1"
    assert list((folder / "var/outbox/old").glob("*.json")) == []


def test_events_from_a_file_and_from_stdin(folder: Path) -> None:
    """As they are, of whichever version; bare, in CloudEvents, or several."""
    invoke("send", *DEPLOYED, "--to", "one.jsonl")
    [event] = lines(folder / "one.jsonl")
    (folder / "two.json").write_text(json.dumps([event, json.loads((folder / "one.jsonl").read_text())]))
    assert invoke("send", "two.json", "--to", "out.jsonl").exit_code == 0
    assert CliRunner().invoke(main, ["send", "-", "--to", "other.jsonl"], input=json.dumps(event)).exit_code == 0
    assert lines(folder / "out.jsonl") == [event] * 2
    assert lines(folder / "other.jsonl") == [event]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--type", "service.deployed", "--subject", "shop"], "subject.content.environment: is missing"),
        (["--type", "service.deploid", "--subject", "shop"], "'service.deploid' is not a type of CDEvents 0.5.1"),
        ([*BUILD, "--time", "yesterday"], "context.timestamp"),
        (
            [*BUILD, "--custom", "a=1", "--custom", "a.b=1"],
            "a.b: a is a text already",
        ),
        ([*BUILD, "--custom", "a={"], "a: begins as JSON, and is none: unexpected end of data"),
        ([*BUILD, "--id", ""], "--id is empty, and all such events would be one"),
        ([*BUILD, "--id", "7", "--id", " "], "--id is empty"),
        ([*BUILD, "--id", "\udcff"], "is text in UTF-8"),
        ([*BUILD, "--custom", "a=\udcff"], "is text in UTF-8"),
        ([*BUILD, "--to", "http://127.0.0.1:99999/"], "--to: expected a URL such as"),
        ([*BUILD, "--custom", "a"], "is not NAME=VALUE"),
        (["--type", "build.started"], "say --type and --subject"),
        ([*BUILD, "--to", "htps://events.example.com/"], "--to: is no http(s) URL"),
        ([*BUILD, "--to", ""], "--to: is no http(s) URL"),
        (["none.json"], "none.json: No such file"),
        (["broken.json"], "the body is not JSON"),
        (["old.json"], "CDEvents 0.1.0 is not a version that is known"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_kept(folder: Path, words: list[str], told: str) -> None:
    """With exit code 2, before anything is on disk."""
    (folder / "broken.json").write_text("{")
    context = {"version": "0.1.0", "id": "1", "source": "s", "type": "dev.cdevents.build.started.0.1.0"}
    old = {"context": context | {"timestamp": "2026-01-01T00:00:00Z"}, "subject": {"id": "1", "content": {}}}
    (folder / "old.json").write_text(json.dumps(old))
    result = invoke("send", "--to", "out.jsonl", *words)
    assert (result.exit_code, told in " ".join(result.output.replace("│", " ").split())) == (2, True), result.output
    assert not list(folder.rglob("var/outbox/*/*.json"))
    assert not (folder / "out.jsonl").exists()

"""`init`: what it writes is right, whoever was asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.cli import main
from adapters.cli.begun import WAYS
from tests.cli.support import invoke


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where all happens, with files of a user."""
    monkeypatch.chdir(tmp_path)
    for name in ("token", "key", "known_hosts"):
        (tmp_path / name).write_text("s3cret\n")
    return tmp_path


OPTIONS = {
    "jenkins/home": ["--home", "/var/jenkins_home"],
    "jenkins/api": ["--user", "ci", "--token-file", "token"],
    "gerrit/stream": ["--user", "ci", "--token-file", "key", "--known-hosts", "known_hosts"],
    "gerrit/api": ["--user", "ci", "--token-file", "token"],
}
COMMON = ["--instance", "https://tool.example.com/", "--listen", "127.0.0.1:8090"]


@pytest.mark.parametrize("to", ["-", "https://events.example.com/ci", "var/events"])
@pytest.mark.parametrize("way", WAYS)
def test_what_it_writes_is_passed_by_check(folder: Path, way: str, to: str) -> None:
    """For each tool and way, to wherever; no secret is in the file."""
    result = invoke("init", "--hear", way, *COMMON, *OPTIONS.get(way, []), "--to", to)
    assert result.exit_code == 0, result.output
    checked = invoke("check", "--config", folder / "cdevents-adapters.yaml")
    assert (checked.exit_code, checked.stderr) == (0, ""), checked.output
    assert "s3cret" not in (folder / "cdevents-adapters.yaml").read_text()
    assert not list(folder.glob("*.new"))


def test_what_no_option_says_is_asked_for() -> None:
    """With an answer that is mostly right; `check` then takes the file without being told."""
    answers = "gerrit/api\nhttps://gerrit.example.com/\n\n-\n\n"
    result = CliRunner().invoke(main, ["init"], input=answers)
    assert result.exit_code == 0, result.output
    assert "What to hear, and how [jenkins/webhook]" in result.stdout
    assert invoke("check").stdout == "cdevents-adapters.yaml: 1 source, 1 sink, 2 routes, fine\n"


def test_a_file_that_is_there_stays(folder: Path) -> None:
    """Unless it is said to be replaced."""
    (folder / "mine.yaml").write_text("precious")
    words = ["init", "mine.yaml", "--hear", "jenkins/webhook", *COMMON, "--to", "-"]
    result = invoke(*words)
    assert (result.exit_code, (folder / "mine.yaml").read_text()) == (2, "precious")
    assert "is there already" in " ".join(result.output.replace("│", " ").split())
    assert invoke(*words, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--hear", "jenkins/mail", *COMMON, "--to", "-"], "'jenkins/mail' is not one of"),
        (
            ["--hear", "jenkins/webhook", "--instance", "jenkins", "--listen", "127.0.0.1:1", "--to", "-"],
            "absolute URL",
        ),
        (
            ["--hear", "jenkins/api", *COMMON, "--user", "u", "--token-file", "none", "--to", "-"],
            "the file none cannot",
        ),
    ],
)
def test_a_wrong_answer_is_told_and_nothing_written(folder: Path, options: list[str], problem: str) -> None:
    """As `check` would."""
    result = invoke("init", *options)
    assert result.exit_code == 2
    assert problem in " ".join(result.output.replace("│", " ").split())
    assert not list(folder.glob("cdevents-adapters*"))


SAID = b'{"event": "build_done", "build": {"id": 7, "name": "shop", "result": "SUCCESS", "ended": 1767312000}}'


def test_a_mapping_is_proposed_and_passes_check(folder: Path) -> None:
    """From all samples, as a shell names them; `check --strict` misses nothing, and the event is there."""
    (folder / "said").mkdir()
    for number in (1, 2):
        (folder / "said" / f"{number}.json").write_bytes(SAID.replace(b"7", str(number).encode()))
    result = invoke(
        "init", "acme/webhook", "--from", "said/1.json", "said/2.json", "--instance", "https://acme.example.com/"
    )
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("acme/webhook: written: 2 goldens, 2 events, fine.")
    checked = invoke("check", "--strict", "acme/webhook")
    assert (checked.exit_code, checked.stdout) == (0, "acme/webhook: 2 goldens, 2 events, fine\n")
    [event] = json.loads((folder / "acme/webhook/expected/1.json").read_text())
    assert (event["context"]["source"], event["subject"]["id"]) == ("https://acme.example.com/", "1")
    assert {each.name for each in (folder / "acme").iterdir()} == {"webhook"}


def test_a_folder_that_is_there_stays_as_it_is(folder: Path) -> None:
    """Even if it is empty, and even with --force."""
    (folder / "said.json").write_bytes(SAID)
    (folder / "acme").mkdir()
    for options, told in (([], "acme: is there already"), (["--force"], "say which folder")):
        result = invoke("init", "acme", "--from", "said.json", *options)
        assert (result.exit_code, told in result.output) == (2, True), result.output
    assert list((folder / "acme").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--from", "said.json"], "say which folder"),
        (["acme", "--from", "none.json"], "none.json: No such file"),
        (["acme", "--from", "token"], "acme: written"),
        (["acme", "said.json"], "samples come behind --from"),
        (["acme", "--from", "broken.json"], "broken.json: is not JSON"),
        (["acme", "--from", "empty.json"], "empty.json: has nothing in it"),
        (["acme", "--from", "said.json", "token"], "each kind has a mapping of its own"),
        (["acme", "--from", "said.json", "--instance", "acme"], "absolute URL"),
        (["acme", "--from", "said.json", "--instance", "https://me:s3cret@acme.example.com"], "without a user name"),
    ],
)
def test_what_cannot_be_proposed_is_told(folder: Path, words: list[str], told: str) -> None:
    """Where it is, and what to do; no secret is in it, and nothing is left behind."""
    for name, content in (("said.json", SAID), ("broken.json", b"{"), ("empty.json", b" ")):
        (folder / name).write_bytes(content)
    result = invoke("init", *words)
    output = " ".join(result.output.replace("│", " ").split())
    assert told in output
    assert "s3cret" not in output
    assert (folder / "acme").exists() is (result.exit_code == 0)
    assert not list(folder.glob(".acme*"))

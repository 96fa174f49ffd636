"""`init`: what it writes is right, whoever was asked."""

from __future__ import annotations

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

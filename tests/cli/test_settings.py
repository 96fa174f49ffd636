"""`settings`: what a configuration comes to, and where each value is from."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.cli import main
from tests.config.conftest import SOURCE

FILE = (
    SOURCE
    + """\
sinks:
  out: {type: http, url: "https://events.example.com/", auth: {basic: {username: ci, password: "${env:TOKEN}"}}}
routes:
  cdevents: {format: cdevents, sink: out}
"""
)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration, and what the environment says beside it."""
    monkeypatch.setenv("TOKEN", "s3cret")
    monkeypatch.setenv("CDEVENTS_ADAPTERS__JOURNAL__KEEP", "3d")
    monkeypatch.setenv("CDEVENTS_ADAPTERS__SINKS__OUT__SIGN__SECRET", "whsec_c2VjcmV0IG9mIG1pbmU=")
    monkeypatch.chdir(tmp_path)
    (path := tmp_path / "c.yaml").write_text(FILE)
    return path


def shown(*options: str) -> list[str]:
    """The lines that it prints."""
    result = CliRunner().invoke(main, ["settings", "--config", "c.yaml", *options])
    assert result.exit_code == 0, result.output
    return result.output.splitlines()


@pytest.mark.usefixtures("file")
def test_every_setting_is_shown_with_where_it_is_from() -> None:
    """A variable, a place of the file, or the default."""
    lines = shown()
    assert "journal.keep = 259200.0  # CDEVENTS_ADAPTERS__JOURNAL__KEEP" in lines
    assert 'sinks.out.url = "https://events.example.com/"  # c.yaml:4:21' in lines
    assert 'log.level = "info"  # default' in lines
    assert "console.hosts = []  # default" in lines


@pytest.mark.usefixtures("file")
def test_defaults_are_left_out_where_only_what_is_said_is_wanted() -> None:
    """What is left is from the file or the environment."""
    lines = shown("--said")
    assert any(line.startswith("sinks.out.sign") and "CDEVENTS_ADAPTERS__" in line for line in lines)
    assert not any(line.endswith("# default") for line in lines)


@pytest.mark.usefixtures("file")
def test_no_secret_is_shown() -> None:
    """Neither one of the file, nor one of a variable."""
    assert not any("s3cret" in line or "c2VjcmV0" in line for line in shown())


@pytest.mark.usefixtures("file")
def test_check_says_which_variables_count() -> None:
    """By their names alone."""
    result = CliRunner().invoke(main, ["check", "--config", "c.yaml"])
    assert "CDEVENTS_ADAPTERS__SINKS__OUT__SIGN__SECRET: is what counts" in result.output
    assert "c2VjcmV0" not in result.output

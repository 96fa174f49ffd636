"""The command line as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from adapters.cli.exits import printable
from tests.cli.support import environment, invoke, process

COMMANDS = (
    "run",
    "replay",
    "check",
    "translate",
    "describe",
    "trace",
    "dead-letters",
    "status",
    "schema",
    "init",
    "version",
)


def test_help_names_every_command_and_the_exit_codes() -> None:
    """What a user sees first."""
    result = invoke("--help")
    assert result.exit_code == 0
    assert all(command in result.stdout for command in COMMANDS)
    assert all(f"{code} " in result.stdout for code in range(4))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    """-h is enough."""
    result = invoke(command, "-h")
    assert result.exit_code == 0
    assert f"{command} [OPTIONS]" in result.stdout


def test_the_version_is_the_packages() -> None:
    """As installed."""
    assert invoke("--version").stdout == f"cdevents-adapters {version('cdevents-adapters')}\n"


def test_versions_are_those_that_a_report_needs() -> None:
    """Of the specifications, of Python, and of what each extra installs."""
    text = invoke("version").stdout
    assert text.startswith(f"cdevents-adapters {version('cdevents-adapters')}\n")
    assert "\nCDEvents 0.6.0-draft, 0.5.1, 0.4.1, 0.3.0; CloudEvents 1.0\n" in text
    assert f"Python {sys.version.split()[0]}" in text
    found = json.loads(invoke("version", "--json").stdout)
    assert found["extras"]["nats"].keys() == {"nats-py"}
    assert "all" not in found["extras"]


def test_a_shell_completes_commands(tmp_path: Path) -> None:
    """By what `--show-completion` prints for it; a command that is begun is ended."""
    words = {"COMP_WORDS": "cdevents-adapters rep", "COMP_CWORD": "1"}
    code = "from adapters.cli import main; main(prog_name='cdevents-adapters')"
    given = {**environment(), **words, "_CDEVENTS_ADAPTERS_COMPLETE": "complete_bash"}
    ended = subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, cwd=tmp_path, check=False)
    assert ended.stdout.decode().split() == ["replay"]


def test_without_a_command_it_shows_its_help(tmp_path: Path) -> None:
    """A usage error, and not a service started by mistake."""
    ended = process(tmp_path)
    assert ended.returncode == 2
    assert b"dead-letters" in ended.stdout + ended.stderr


def test_the_command_line_itself_loads_nothing_heavy() -> None:
    """Help is quick, and a command pays only for what it needs."""
    heavy = {"adapters.app", "adapters.mapping", "jsonschema_rs", "pydantic", "rich", "starlette", "uvicorn"}
    code = f"import sys, adapters.cli; print(sorted({heavy} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, check=True)
    assert ended.stdout == b"[]\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fünf ✓\n\ttwo", "fünf ✓\n\ttwo"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\x00\x9b", "a\\r\\x00\\x9b"),
        ("\u202e", "\\u202e"),
    ],
)
def test_what_could_command_a_terminal_is_escaped(text: str, shown: str) -> None:
    """Text and line breaks pass; control and direction characters do not."""
    assert printable(text) == shown

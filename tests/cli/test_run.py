"""`run`, as a process."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.support import command, environment, process

CONFIG = """
server: {{listen: "{listen}"}}
journal: {{path: journal.db}}
log: {{format: json}}
sources:
  ci: {{type: webhook, path: /ci, instance: https://ci.example.com/}}
sinks:
  out: {{type: file, path: events.jsonl}}
routes:
  legacy: {{format: legacy, sink: out}}
"""


def configure(folder: Path, listen: str = "127.0.0.1:0") -> None:
    """Write a configuration that listens here."""
    (folder / "config.yaml").write_text(CONFIG.format(listen=listen))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_runs_until_it_is_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    """It says on stderr that it listens, and a signal ends it with 0, quietly."""
    configure(tmp_path)
    words = command("run", "--config", "config.yaml")
    with subprocess.Popen(words, cwd=tmp_path, env=environment(), stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        assert '"event": "started"' in running.stderr.readline()
        running.send_signal(number)
        _, rest = running.communicate(timeout=60)
    assert running.returncode == 0
    assert "Traceback" not in rest


def test_an_address_in_use_ends_it_with_3(tmp_path: Path) -> None:
    """One line that says which address, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        configure(tmp_path, listen)
        ended = process(tmp_path, "run", "--config", "config.yaml")
    assert ended.returncode == 3
    assert ended.stderr.decode().startswith(f"server.listen: {listen} is in use")
    assert len(ended.stderr.splitlines()) == 1


def test_a_journal_that_cannot_be_used_ends_it_with_3(tmp_path: Path) -> None:
    """One line that says which file, and what to do."""
    configure(tmp_path)
    (tmp_path / "journal.db").mkdir()
    ended = process(tmp_path, "run", "--config", "config.yaml")
    assert ended.returncode == 3
    assert ended.stderr.startswith(b"journal journal.db: ")
    assert b"Traceback" not in ended.stderr


def test_a_wrong_configuration_ends_it_with_2(tmp_path: Path) -> None:
    """Every problem on a line of its own, at its place in the file."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(listen="8080").replace("format: legacy", "formt: legacy"))
    ended = process(tmp_path, "run", "--config", "config.yaml")
    assert ended.returncode == 2
    assert [line.split()[0] for line in ended.stderr.decode().splitlines()] == [
        "config.yaml:2:10:",
        "config.yaml:10:3:",
        "config.yaml:10:12:",
    ]

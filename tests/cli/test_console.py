"""`console`, as far as it says no."""

from __future__ import annotations

from pathlib import Path

from tests.cli.support import invoke

CONFIG = """
sources: {j: {type: webhook, path: /j, instance: "https://j.example.com/", mapping: jenkins/notification}}
"""


def test_beyond_this_machine_it_wants_an_auth(tmp_path: Path) -> None:
    """What --listen says is no way round it: exit 2, with where to write it."""
    (file := tmp_path / "adapters.yaml").write_text(CONFIG)
    result = invoke("console", "--config", file, "--listen", "0.0.0.0:0")
    assert result.exit_code == 2
    assert "anybody could use it: the console listens on 0.0.0.0:0 (add an auth, or let it listen on" in result.stderr


def test_an_address_is_a_host_and_a_port(tmp_path: Path) -> None:
    """Anything else is a mistake on the command line."""
    (file := tmp_path / "adapters.yaml").write_text(CONFIG)
    result = invoke("console", "--config", file, "--listen", "8081")
    assert result.exit_code == 2
    assert "such as 127.0.0.1:8081" in result.stderr

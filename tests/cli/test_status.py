"""`status`, on a journal that another connection holds open, as the service does."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from adapters.journal import Database, deadletters, log, outages
from adapters.model import Notification
from adapters.wording import age
from tests import example
from tests.cli.support import command, environment, invoke
from tests.waiting import until

CONFIG = """
journal: {{path: {journal}}}
sources:
  ci: {{type: webhook, path: /ci, instance: https://ci.example.com/}}
sinks:
  out: {{type: stdout}}
routes:
  fast: {{format: legacy, sink: out}}
  new: {{format: legacy, sink: out}}
"""


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    """Three records, heard two hours ago; the route `fast` has passed all, `gone` the first."""
    heard = datetime.now(UTC) - timedelta(hours=2)
    with Database(tmp_path / "journal.db", create=True) as database:
        log.append(database, [Notification("ci", b"{}", heard, {}, str(number)) for number in range(3)], [])
        log.advance(database, "fast", 3)
        log.advance(database, "gone", 1)
        deadletters.park(database, "fast", 2, "404 Not Found", heard)
        yield database


@pytest.fixture
def config(tmp_path: Path, journal: Database) -> Path:
    """A configuration with the routes `fast` and `new`."""
    file = tmp_path / "config.yaml"
    file.write_text(CONFIG.format(journal=journal.path))
    return file


def test_each_configured_route_is_on_a_line(config: Path) -> None:
    """Also one that has not passed anything yet, but none that is not configured any more."""
    result = invoke("status", "--config", config)
    title, _, *lines = result.stdout.splitlines()
    assert title.startswith(f"journal {config.parent}/journal.db: 0.")
    assert [line.split() for line in lines] == [["fast", "0", "-", "1"], ["new", "3", "2h", "0"]]
    assert result.exit_code == 0


def test_on_a_terminal_columns_are_aligned(config: Path) -> None:
    """The heads stand above what they are of, whatever the names' lengths."""
    ours, theirs = pty.openpty()
    words = command("status", "--config", config)
    with subprocess.Popen(words, env={**environment(), "TERM": "dumb", "COLUMNS": "80"}, stdout=theirs) as running:
        assert running.wait(timeout=60) == 0
    os.close(theirs)
    _, head, fast, new = os.read(ours, 4096).decode().splitlines()
    os.close(ours)
    assert (fast.index("0"), new.index("3")) == (head.index("LAG"), head.index("LAG"))
    assert head.index("DEAD LETTERS") == fast.index("1")


def test_it_can_be_for_scripts(config: Path) -> None:
    """--json is one object, with ages in seconds and sizes in bytes."""
    status = orjson.loads(invoke("status", "--json", "--config", config).stdout)
    assert status["journal"]["path"] == f"{config.parent}/journal.db"
    assert status["journal"]["bytes"] > 0
    fast, new = status["routes"]
    assert fast == {"route": "fast", "cursor": 3, "lag": 0, "oldest": 0.0, "dead_letters": 1}
    assert new["lag"] == 3
    assert 7200 <= new["oldest"] < 7260


def test_a_journal_alone_is_enough(journal: Database) -> None:
    """Without the configuration (its secrets may not be at hand), the routes are those that the journal knows."""
    routes = orjson.loads(invoke("status", "--json", "--journal", journal.path).stdout)["routes"]
    assert [(route["route"], route["lag"]) for route in routes] == [("fast", 0), ("gone", 2)]


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    """Exit 3 with what to do, without a traceback."""
    path = tmp_path / "journal.db"
    path.write_text("this is not a database, and long enough not to be taken for an empty one " * 20)
    result = invoke("status", "--journal", path)
    assert result.exit_code == 3
    assert f"journal {path}: it is not a journal" in result.stderr


def test_it_can_be_watched_until_ctrl_c(tmp_path: Path, config: Path, journal: Database) -> None:
    """Each look has what is new: lag, why a sink takes nothing, the last error, and what no rule covers, by reason.

    Ctrl-C ends it with 0.
    """
    example.mapping(tmp_path)
    config.write_text(config.read_text().replace("example.com/}", f"example.com/, mapping: {tmp_path}/acme/ci}}"))
    said, stop = tmp_path / "said", ["ci\t4", "state is missing", "413 Too Large", "fast\tconnection refused"]
    with (
        said.open("wb") as output,
        subprocess.Popen(command("status", "--watch", "--config", config), env=environment(), stdout=output) as running,
    ):
        try:
            until(lambda: "ci\t3" in said.read_text() and "404 Not Found" in said.read_text())
            log.append(journal, [Notification("ci", b'{"run": 1}', datetime.now(UTC))], [])
            outages.note(journal, "fast", "connection refused", datetime.now(UTC))
            deadletters.park(journal, "new", 4, "413 Too Large", datetime.now(UTC))
            until(lambda: all(each in said.read_text() for each in stop))
            running.send_signal(signal.SIGINT)
            code = running.wait(timeout=60)
        finally:
            running.kill()
    assert code == 0
    assert "Traceback" not in said.read_text()
    assert "\x1b" not in said.read_text()


def test_scripts_do_not_watch(config: Path) -> None:
    """One object is one answer: it says so, and ends with 2."""
    result = invoke("status", "--watch", "--json", "--config", config)
    assert result.exit_code == 2
    assert "--watch" in result.stderr


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59.4, "59s"), (60, "1m"), (3599, "59m"), (7200, "2h"), (200000, "2d")]
)
def test_ages_are_short(seconds: float, text: str) -> None:
    """The largest unit that fits, rounded down."""
    assert age(seconds) == text

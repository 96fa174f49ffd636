"""`dead-letters`, on a journal that another connection holds open, as the service does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from adapters.journal import Database, deadletters, log
from adapters.model import Notification
from tests.cli.support import invoke

HEARD = datetime(2026, 1, 1, 12, tzinfo=UTC)
BODY = b'{"state": "\xe2\x9c\x93"}'


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Database]:
    """A journal of three records: one is dead for two routes, one for one."""
    with Database(tmp_path / "journal.db", create=True) as database:
        headers = {"content-type": "application/json"}
        log.append(database, [Notification("ci", BODY, HEARD, headers, str(number)) for number in range(3)], [])
        deadletters.park(database, "cdevents", 1, "no rule\x1b[2J", HEARD)
        deadletters.park(database, "cdevents", 2, "404 Not Found", HEARD)
        deadletters.park(database, "legacy", 2, "413 Too Large", HEARD)
        yield database


def open_letters(journal: Database) -> list[tuple[str, int, bool]]:
    """Route, number and whether it is marked, of each dead letter."""
    return [(each.route, each.seq, each.retry) for each in deadletters.listed(journal)]


def test_list_shows_each_on_a_line_with_its_reason(journal: Database) -> None:
    """All routes, and control characters as escapes."""
    result = invoke("dead-letters", "list", "--journal", journal.path)
    _, *lines = result.stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["cdevents", "1"], ["cdevents", "2"], ["legacy", "2"]]
    assert "no rule\\x1b[2J" in lines[0]
    assert (result.exit_code, result.stderr) == (0, "")


def test_a_long_reason_stays_on_its_line(journal: Database) -> None:
    """In a pipe, cells are apart by tabs, so that grep and cut find whole entries."""
    reason = "word " * 200
    deadletters.park(journal, "legacy", 3, reason, HEARD)
    lines = invoke("dead-letters", "list", "legacy", "--journal", journal.path).stdout.splitlines()
    assert lines[-1].split("\t") == ["legacy", "3", "2026-01-01T12:00:00+00:00", "1", reason]


def test_list_can_be_of_one_route_and_for_scripts(journal: Database) -> None:
    """--json is one object a line."""
    result = invoke("dead-letters", "list", "legacy", "--json", "--journal", journal.path)
    [letter] = map(orjson.loads, result.stdout.splitlines())
    assert letter == {
        "route": "legacy",
        "seq": 2,
        "reason": "413 Too Large",
        "parked_at": "2026-01-01T12:00:00+00:00",
        "attempts": 1,
        "retry": False,
    }


def test_without_dead_letters_the_list_is_empty(journal: Database) -> None:
    """Nothing on stdout, and no failure."""
    deadletters.drop(journal)
    result = invoke("dead-letters", "list", "--journal", journal.path)
    assert (result.exit_code, result.output) == (0, "")


def test_show_tells_the_reason_the_headers_and_the_body(journal: Database) -> None:
    """Everything that is known of one record."""
    result = invoke("dead-letters", "show", "cdevents", 2, "--journal", journal.path)
    assert "reason: 404 Not Found\n" in result.stdout
    assert "received at: 2026-01-01T12:00:00.000+00:00\n" in result.stdout
    assert "header content-type: application/json\n" in result.stdout
    assert result.stdout.endswith('\n\n{"state": "✓"}\n')


def test_what_looks_secret_is_not_shown(journal: Database) -> None:
    """By its name, whatever the source keeps: in the body and in the headers."""
    kept = Notification("ci", b'{"a": 1, "api_token": "hunter2"}', HEARD, {"x-auth-token": "hunter2"}, "9")
    number = log.append(journal, [kept], [])
    deadletters.park(journal, "cdevents", number, "no rule", HEARD)
    result = invoke("dead-letters", "show", "cdevents", number, "--journal", journal.path)
    assert "hunter2" not in result.stdout
    assert result.stdout.count("[redacted]") == 2
    assert '"a":1' in result.stdout


def test_show_can_give_the_body_alone(journal: Database) -> None:
    """Byte for byte, to be piped into `translate`."""
    result = invoke("dead-letters", "show", "cdevents", 2, "--body", "--journal", journal.path)
    assert result.stdout_bytes == BODY + b"\n"


@pytest.mark.parametrize(("route", "number"), [("legacy", 1), ("cdevents", 9), ("nope", 2)])
def test_showing_what_is_no_dead_letter_ends_with_1(journal: Database, route: str, number: int) -> None:
    """A record that the route has not parked is not shown."""
    result = invoke("dead-letters", "show", route, number, "--journal", journal.path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"no dead letter {number}" in result.stderr


def test_retry_marks_the_chosen_ones(journal: Database) -> None:
    """Only these records of only this route; the list says so."""
    result = invoke("dead-letters", "retry", "cdevents", 2, "--journal", journal.path)
    assert (result.exit_code, result.stdout) == (0, "1 marked for another attempt\n")
    assert open_letters(journal) == [("cdevents", 1, False), ("cdevents", 2, True), ("legacy", 2, False)]
    assert "1, to be tried again" in invoke("dead-letters", "list", "--journal", journal.path).stdout


@pytest.mark.parametrize(
    ("route", "left"), [(["cdevents"], [("legacy", 2, False)]), ([], [])], ids=["of a route", "of every route"]
)
def test_drop_all_forgets_them(journal: Database, route: list[str], left: list[tuple[str, int, bool]]) -> None:
    """--all is all of a route, or of every route."""
    result = invoke("dead-letters", "drop", *route, "--all", "--journal", journal.path)
    assert result.exit_code == 0
    assert open_letters(journal) == left


def test_what_is_not_there_is_named_and_the_rest_is_done(journal: Database) -> None:
    """Exit 1 with the numbers that the route has not."""
    result = invoke("dead-letters", "drop", "cdevents", 1, 7, 8, "--journal", journal.path)
    assert (result.exit_code, result.stdout) == (1, "1 dropped\n")
    assert "no dead letter 7, 8" in result.stderr
    assert open_letters(journal) == [("cdevents", 2, False), ("legacy", 2, False)]


@pytest.mark.parametrize("verb", ["retry", "drop"])
@pytest.mark.parametrize("choice", [[], ["cdevents"], ["cdevents", "1", "--all"]])
def test_nothing_changes_until_it_is_said_which(journal: Database, verb: str, choice: list[str]) -> None:
    """Neither nothing nor a route alone means all; numbers and --all contradict each other."""
    before = open_letters(journal)
    result = invoke("dead-letters", verb, *choice, "--journal", journal.path)
    assert result.exit_code == 2
    assert open_letters(journal) == before


def test_without_a_journal_it_says_where_it_looked(tmp_path: Path) -> None:
    """Exit 3, and no journal is made by looking."""
    path = tmp_path / "journal.db"
    result = invoke("dead-letters", "list", "--journal", path)
    assert result.exit_code == 3
    assert f"journal {path}: there is none" in result.stderr
    assert not path.exists()


@pytest.mark.parametrize(
    "words",
    [
        ("dead-letters", "show", "legacy", 1 << 63),
        ("dead-letters", "retry", "legacy", 1 << 63),
        ("unmatched", "show", 1 << 63),
        ("tail", "--no-follow", "-n", 1 << 63),
    ],
)
def test_a_number_that_no_record_can_have_is_refused(journal: Database, words: tuple[str | int, ...]) -> None:
    """As what it is: a mistake of the command line."""
    result = invoke(*words, "--journal", journal.path)
    assert (result.exit_code, str((1 << 63) - 1) in result.stderr) == (2, True)

"""The tables in PostgreSQL are those of the rows, and are made by a command."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from adapters.cli import main
from adapters.cli.exits import Exit
from adapters.store.rows import EventRow, LinkRow
from tests.postgresql import MADE, database, postgresql
from tests.service import free_port

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgresql")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """An empty database."""
    with postgresql() as server:
        yield database(server)


def test_a_command_makes_the_tables_once(url: str) -> None:
    """It says what it did, and the second time that there is nothing to do; columns are in the order of the rows."""
    first, second = (CliRunner().invoke(main, ["store", "migrate", url]) for _ in range(2))
    assert (first.output, second.output) == (MADE, "up to date\n")
    with psycopg.connect(url) as connection:
        for table, row, more in (("events", EventRow, ["stored_at"]), ("links", LinkRow, [])):
            found = connection.execute(
                "select column_name from information_schema.columns "
                "where table_schema = 'cdevents' and table_name = %s order by ordinal_position",
                [table],
            )
            assert [name for (name,) in found] == [*row._fields, *more]


def test_a_database_that_is_not_there_is_told() -> None:
    """In one line, without a password."""
    found = CliRunner().invoke(main, ["store", "migrate", f"postgresql://ci:s3cret@127.0.0.1:{free_port()}/x"])
    assert found.exit_code == Exit.UNAVAILABLE
    assert "cannot be used" in found.output
    assert "s3cret" not in found.output

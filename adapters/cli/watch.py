"""`status --watch`: the same again and again, with what went wrong last and what no rule covers."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from adapters.cli.journal import table
from adapters.wording import age

if TYPE_CHECKING:
    from adapters.config import Config
    from adapters.journal import Database
    from adapters.replay.unmatched import Unmatched

EVERY = 2.0
"""Seconds between two looks."""

_MOST = 5
"""How many groups of what no rule covers are shown."""


_CLEAR = "\x1b[2J\x1b[H"
"""Makes a terminal empty; `echo` leaves it out where there is none."""


def watched(database: Database, settings: Config | None, show: Callable[[], None]) -> None:
    """Shows it every EVERY seconds until Ctrl-C; what no rule covers only by a configuration, which has the mappings.

    Raises JournalUnavailable when the file is not that of the service any more.
    """
    unmatched = _unmatched(settings) if settings else None
    with suppress(KeyboardInterrupt):
        while True:
            database.check_in_place()
            typer.echo(_CLEAR, nl=False)
            show()
            _show_errors(database)
            if unmatched:
                _show_unmatched(unmatched, database)
            time.sleep(EVERY)


def _unmatched(settings: Config) -> Unmatched:
    from adapters.redaction import redaction
    from adapters.replay.unmatched import Unmatched
    from adapters.translators import Translators

    return Unmatched(Translators(settings.sources, settings.placed).current, redaction(settings))


def _show_errors(database: Database) -> None:
    from adapters.journal import deadletters, outages

    for each in outages.known(database).values():
        if each.until is None:
            typer.echo()
            table(("TAKES NOTHING", "ROUTE", "REASON"), [(f"for {_age(each.since)}", each.route, each.reason)])
    if letter := deadletters.latest(database):
        typer.echo()
        table(
            ("LAST ERROR", "ROUTE", "NUMBER", "REASON"),
            [(_ago(letter.parked_at), letter.route, letter.seq, letter.reason)],
        )


def _show_unmatched(unmatched: Unmatched, database: Database) -> None:
    if groups := unmatched.look(database.path):
        typer.echo()
        table(
            ("UNMATCHED", "RECORDS", "LAST HEARD", "NUMBER", "REASON"),
            ((each.source, each.count, _ago(each.heard), each.number, each.reason) for each in groups[:_MOST]),
        )


def _ago(moment: datetime) -> str:
    return f"{_age(moment)} ago"


def _age(moment: datetime) -> str:
    return age(max(0.0, (datetime.now(UTC) - moment).total_seconds()))

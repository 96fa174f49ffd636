"""`status`: how far each route has come."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from adapters.cli.journal import AsJson, JournalFile, age, opened, table
from adapters.cli.options import ConfigFile, configuration

if TYPE_CHECKING:
    from adapters.journal import Database
    from adapters.journal.status import RouteStatus


def status(config: ConfigFile = None, journal: JournalFile = None, as_json: AsJson = False) -> None:
    """Show how far behind each route is, its dead letters, and the journal's size."""
    from adapters.journal import status

    with opened(config, journal) as database:
        names = status.known_routes(database) if journal else configuration(config).routes
        routes, size = status.routes(database, names, datetime.now(UTC)), database.size()
    if as_json:
        _print_json(database, size, routes)
        return
    typer.echo(f"journal {database.path}: {size / 2**20:.1f} MiB")
    table(
        ("ROUTE", "LAG", "OLDEST", "DEAD LETTERS"),
        ((each.route, each.lag, age(each.oldest) if each.lag else "-", each.dead_letters) for each in routes),
    )


def _print_json(database: Database, size: int, routes: list[RouteStatus]) -> None:
    import orjson

    journal = {"path": str(database.path), "bytes": size}
    typer.echo(orjson.dumps({"journal": journal, "routes": [asdict(each) for each in routes]}))

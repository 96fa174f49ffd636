"""`status`: how far each route has come, and what each shadow has found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.journal import AsJson, JournalFile, opened, table
from adapters.cli.options import ConfigFile, configuration
from adapters.cli.watch import watched
from adapters.wording import age

if TYPE_CHECKING:
    from adapters.config import Config
    from adapters.journal import Database
    from adapters.journal.status import RouteStatus
    from adapters.route.tally import Tally

    Shadows = Mapping[str, tuple[RouteStatus, Tally]]


Watch = Annotated[bool, typer.Option("--watch", help="Again every two seconds, with what is wrong, until Ctrl-C.")]


def status(
    config: ConfigFile = None, journal: JournalFile = None, as_json: AsJson = False, watch: Watch = False
) -> None:
    """Show how far behind each route is, its dead letters, the journal's size, and what shadows have found."""
    if watch and as_json:
        raise typer.BadParameter("--watch is for people: ask again for another --json", param_hint="--watch")
    settings = None if journal else configuration(config)
    with opened(config, settings.journal.path if settings else journal) as database:
        if watch:
            watched(database, settings, lambda: _print(database, settings))
        else:
            _print(database, settings, as_json=as_json)


def _print(database: Database, settings: Config | None, *, as_json: bool = False) -> None:
    from adapters.journal import status

    names = settings.routes if settings else status.known_routes(database)
    routes, size = status.routes(database, names, datetime.now(UTC)), database.size()
    shadows = _shadows(database, settings.shadows) if settings else {}
    if as_json:
        _print_json(database, size, routes, shadows)
        return
    typer.echo(f"journal {database.path}: {size / 2**20:.1f} MiB")
    table(
        ("ROUTE", "LAG", "OLDEST", "DEAD LETTERS"),
        ((each.route, each.lag, age(each.oldest) if each.lag else "-", each.dead_letters) for each in routes),
    )
    if shadows:
        _print_shadows(shadows)


def _shadows(database: Database, names: Iterable[str]) -> Shadows:
    from adapters.journal import log, status
    from adapters.route.tally import key, tally

    found = status.routes(database, names, datetime.now(UTC))
    return {each.route: (each, tally(log.checkpoints(database, key(each.route)))) for each in found}


def _print_shadows(shadows: Shadows) -> None:
    from adapters.route.differences import Verdict

    typer.echo()
    table(
        ("SHADOW", "LAG", *(verdict.upper() for verdict in Verdict)),
        (
            (name, each.lag, *(tally.verdicts[verdict] for verdict in Verdict))
            for name, (each, tally) in shadows.items()
        ),
    )
    paths = [(name, path, count) for name, (_, tally) in shadows.items() for path, count in tally.paths.most_common()]
    if paths:
        typer.echo()
        table(("SHADOW", "DIFFERS AT", "TIMES"), paths)


def _print_json(database: Database, size: int, routes: list[RouteStatus], shadows: Shadows) -> None:
    import orjson

    answer = {
        "journal": {"path": str(database.path), "bytes": size},
        "routes": [asdict(each) for each in routes],
        "shadows": [
            {"shadow": name, "lag": each.lag, "verdicts": tally.verdicts, "paths": tally.paths}
            for name, (each, tally) in shadows.items()
        ],
    }
    typer.echo(orjson.dumps(answer))

"""`store`: the tables in PostgreSQL that events are kept in."""

from __future__ import annotations

from typing import Annotated

import typer

commands = typer.Typer(help="The store of events in PostgreSQL.", no_args_is_help=True)

Url = Annotated[str, typer.Argument(metavar="URL", help="postgresql://user@host/database; PGPASSWORD has a password.")]


@commands.callback()
def _commands() -> None:
    pass


@commands.command()
def migrate(url: Url) -> None:
    """Make the tables in the schema cdevents, or bring them up to date."""
    from adapters.extras import need

    need("postgresql", "psycopg")
    from adapters.delivery.functions import functions
    from adapters.store.migrating import migrate

    steps = migrate(url, functions())
    typer.echo("\n".join(f"applied {step}" for step in steps) or "up to date")

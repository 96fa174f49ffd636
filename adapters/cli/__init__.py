"""The command line, `cdevents-adapters`. Each command imports what it needs when it runs, so that none pays for all."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from adapters.cli import dead_letters, store, unmatched
from adapters.cli.check import check
from adapters.cli.console import console
from adapters.cli.describe import describe
from adapters.cli.exits import EPILOG, Commands
from adapters.cli.init import init
from adapters.cli.metrics import metrics
from adapters.cli.play import play
from adapters.cli.replay import replay
from adapters.cli.run import run
from adapters.cli.schema import schema
from adapters.cli.send import send
from adapters.cli.settings import settings
from adapters.cli.status import status
from adapters.cli.tail import tail
from adapters.cli.trace import trace
from adapters.cli.translate import translate
from adapters.cli.version import version
from adapters.cli.wrap import wrap
from adapters.errors import AdapterError

main = typer.Typer(
    cls=Commands,
    help="Sidecars that make Jenkins, Gerrit and container registries speak CDEvents.",
    epilog=EPILOG,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    init,
    run,
    replay,
    send,
    wrap,
    check,
    translate,
    play,
    describe,
    tail,
    trace,
    metrics,
    status,
    console,
    schema,
    settings,
    version,
):
    main.command()(command)
main.add_typer(dead_letters.commands, name="dead-letters")
main.add_typer(unmatched.commands, name="unmatched")
main.add_typer(store.commands, name="store")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata

        typer.echo(f"cdevents-adapters {metadata.version('cdevents-adapters')}")
        raise typer.Exit


_WINDOWS = """\
cdevents-adapters does not run on Windows: what it keeps is locked, and kept from others, by what Linux and macOS have.
Run it in WSL 2 or in a container there (docs/operations.md)."""


@main.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    if sys.platform == "win32":
        raise AdapterError(_WINDOWS)

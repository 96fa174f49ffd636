"""`run`: the service."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Annotated

import typer

from adapters.cli.beside import console_beside
from adapters.cli.options import ConfigFile
from adapters.listening import early
from adapters.places import chosen

WithConsole = Annotated[bool, typer.Option("--console/--no-console", help="Show it in the browser, too.")]


def run(config: ConfigFile = None, console: WithConsole = False) -> None:
    """Listen to the tools, and publish what they say, until told to stop (SIGTERM, Ctrl-C)."""
    from adapters.service import serve

    with early(file := chosen(config)) as bound:
        raise typer.Exit(serve(file, bound, partial(console_beside, config) if console else nullcontext))

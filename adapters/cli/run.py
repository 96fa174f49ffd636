"""`run`: the service."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer

from adapters.cli.beside import console_beside
from adapters.cli.exits import Exit
from adapters.cli.options import ConfigFile, configuration

WithConsole = Annotated[bool, typer.Option("--console/--no-console", help="Show it in the browser, too.")]


def run(config: ConfigFile = None, console: WithConsole = False) -> None:
    """Listen to the tools, and publish what they say, until told to stop (SIGTERM, Ctrl-C)."""
    import structlog

    from adapters import app, logs
    from adapters.config.idle import idle, routeless
    from adapters.redaction import redaction

    settings = configuration(config)
    logs.configure(settings.log.level, settings.log.format, redact=redaction(settings))
    log = structlog.get_logger(__name__)
    for each in (*routeless(settings), *idle(settings)):
        problem = settings.problem(*each)
        log.warning(problem.message, where=problem.where, hint=problem.hint)
    with console_beside(config) if console else nullcontext():
        failed = app.start(settings)
    if failed:
        raise typer.Exit(Exit.UNAVAILABLE)

"""`run`: the service."""

from __future__ import annotations

import typer

from adapters.cli.exits import Exit
from adapters.cli.options import ConfigFile, configuration


def run(config: ConfigFile = None) -> None:
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
    if app.start(settings):
        raise typer.Exit(Exit.UNAVAILABLE)

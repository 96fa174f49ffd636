"""The service, from its configuration to its end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import structlog

from adapters import app, config, logs
from adapters.config.idle import idle, routeless, unordered
from adapters.endings import Exit
from adapters.listening import Bound
from adapters.redaction import redaction


def serve(file: Path, early: Bound, beside: Callable[[], AbstractContextManager[None]] = nullcontext) -> Exit:
    """Runs what a file configures until it is told to stop, `beside` what runs as long.

    `early` is what is listened on already.

    Raises ConfigError, JournalUnavailable or AddressUnavailable when it cannot start.
    """
    settings = config.load(file)
    logs.configure(settings.log.level, settings.log.format, redact=redaction(settings))
    log = structlog.get_logger(__name__)
    for each in (*routeless(settings), *idle(settings), *unordered(settings)):
        problem = settings.problem(*each)
        log.warning(problem.message, where=problem.where, hint=problem.hint)
    with beside():
        return Exit.UNAVAILABLE if app.start(settings, early) else Exit.FINE

"""The process that reads the builds that are there: who started it has its processor time for the routes.

It is told a home, and how much was told of that. It answers with frames: LOG and what it logs, BATCH and what is to be
kept, BEAT while it comes on, and at its end OVER, or FAILED and why.
"""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

from adapters.child.inside import Asked, asked
from adapters.memory import collect_seldom
from adapters.sources.jenkins.documents import written
from adapters.sources.jenkins.progress import texts
from adapters.sources.jenkins_home.home import Home

BATCH, LOG, BEAT, OVER, FAILED = "batch", "log", "beat", "over", "failed"

_EVERY = 1.0
"""Seconds between two signs of life."""


def main() -> None:
    """Reads until it is through, or nobody listens any more."""
    collect_seldom()
    with asked() as parent:
        if (plan := parent.hear()) is None:
            return
        home, told = plan
        structlog.configure(processors=[_logged_by(parent)])
        try:
            _read(parent, Home(*home), told)
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is said where somebody reads it
            parent.tell((FAILED, f"{type(error).__name__}: {error}"))


def _read(parent: Asked, home: Home, told: dict[str, str]) -> None:
    for batch in home.watch(told, _beating(parent)).catch_up():
        parent.tell((BATCH, written(batch.documents), texts(batch.progress)))
    parent.tell((OVER,))


def _beating(parent: Asked) -> Callable[[], None]:
    last = time.monotonic()

    def beat() -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= _EVERY:
            last = now
            parent.tell((BEAT,))

    return beat


def _logged_by(parent: Asked) -> structlog.typing.Processor:
    def log(_logger: Any, level: str, event: MutableMapping[str, Any]) -> str:
        parent.tell((LOG, level, {name: str(value) for name, value in event.items()}))
        raise structlog.DropEvent

    return log


if __name__ == "__main__":
    main()

"""Logs on stderr: one JSON object a line, or lines for people on a terminal.

What other libraries log through the standard library takes the same way. Tracebacks never show the values of
variables, for these may hold secrets.
"""

from __future__ import annotations

import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Hashable
from types import TracebackType
from typing import Literal, TextIO

import structlog
from structlog.typing import Processor

Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "console", "json"]

_UNHEARD = ("aiormq", "pygerrit2", "watchdog")
"""Libraries whose errors say nothing new: aiormq has a traceback for a connection that ends, which its user tells of,
pygerrit2 tells all of an answer that is not JSON, watchdog calls it an error when a watch ends as it is being read."""

_SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(
    level: Level = "info",
    form: Format = "auto",
    stream: TextIO | None = None,
    *,
    redact: Callable[[str], str] = lambda text: text,
) -> None:
    """Send all logs of `level` and above to the stream (stderr unless told), once for the process.

    `redact` leaves out of each line, with its traceback, what must not be told; what ends the process is such a line,
    too. Other libraries tell nothing below `info`: what they say to debug has headers and whole URLs in it.
    """
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(form, stream),
                _told(redact),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level="INFO" if level == "debug" else level.upper(), force=True)
    logging.getLogger("adapters").setLevel(level.upper())
    sys.excepthook = _ended
    for library in _UNHEARD:
        logging.getLogger(library).setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _ended(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
    else:
        logging.getLogger("adapters").critical("it ends of a bug, please report it", exc_info=(kind, error, traceback))


def _told(redact: Callable[[str], str]) -> Processor:
    return lambda _logger, _name, line: redact(str(line))


def _renderers(form: Format, stream: TextIO) -> list[Processor]:
    if form == "console" or (form == "auto" and stream.isatty()):
        return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


_MOST_KEYS = 1000
"""Kinds of one warning that are told in the time of one: more of them are a flood, too."""


class Seldom:
    """Allows a key once in so many seconds, so that a flood of one warning does not fill the disk."""

    def __init__(self, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._last: dict[Hashable, float] = {}
        self._untold: Counter[Hashable] = Counter()

    def allows(self, key: Hashable) -> int:
        """How often a key has come since it was last allowed, this time among them; 0 where it is not time again."""
        now = self._clock()
        self._forget(now - self._seconds)
        if key in self._last:
            self._untold[key] += 1
            return 0
        if len(self._last) == _MOST_KEYS:
            return 0
        self._last[key] = now
        return self._untold.pop(key, 0) + 1

    def _forget(self, before: float) -> None:
        """Those that may come again; how often they came meanwhile is kept of as many as may be told."""
        while self._last and self._last[oldest := next(iter(self._last))] <= before:
            del self._last[oldest]
        while len(self._untold) > _MOST_KEYS:
            del self._untold[next(iter(self._untold))]


class Outage:
    """How long what others depend on has been away, to be told once when it is there again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None

    def begun(self) -> None:
        """Notes that it is away now; the first time counts."""
        if self._since is None:
            self._since = self._clock()

    def ended(self) -> float | None:
        """Seconds that it was away, None where it was not."""
        since, self._since = self._since, None
        return None if since is None else round(self._clock() - since, 1)

"""What is said of files that cannot be read."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from adapters.logs import Seldom

_log = structlog.get_logger(__name__)


class Complaints:
    """Says what is wrong with a file once a minute, for it is tried again at each poll."""

    def __init__(self, source: str, clock: Callable[[], float]) -> None:
        self._source = source
        self._seldom = Seldom(clock=clock)

    def about(self, path: str, error: OSError) -> None:
        """A file cannot be used now."""
        if self._seldom.allows(path):
            reason = error.strerror or str(error)
            hint = "check who may read it; it is tried again at each poll"
            _log.warning("file cannot be read", source=self._source, path=path, reason=reason, hint=hint)

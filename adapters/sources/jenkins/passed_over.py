"""What is passed over, and why: said once, loudly, and never one line for each of a thousand."""

from __future__ import annotations

from collections import defaultdict

import structlog

_MOST = 10_000

_log = structlog.get_logger(__name__)


class PassedOver:
    """Collects what is passed over by its reason, and says what has come since it was last said."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()
        self._untold: dict[str, list[str]] = defaultdict(list)

    def note(self, reason: str, what: str) -> None:
        """Something is passed over; to note it again changes nothing."""
        if (reason, what) not in self._known and len(self._known) < _MOST:
            self._known.add((reason, what))
            self._untold[reason].append(what)

    def tell(self) -> None:
        """One warning a reason, with how many there are and one of them."""
        for reason, found in self._untold.items():
            _log.warning("passed over", reason=reason, count=len(found), such_as=found[0])
        self._untold.clear()

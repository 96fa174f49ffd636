"""What a Gerrit shows to who asks, said once at the start: silence would look like a project where nothing happens."""

from __future__ import annotations

import structlog

from adapters.sources.gerrit.rest import BackfillFailed, Rest
from adapters.sources.gerrit_api.settings import GerritApiSettings

MOST = 500
"""Changes that are counted: more than Gerrit lists at once by default (`queryLimit`) nobody need count."""

_EVER = 'after:"1970-01-01 00:00:00"'
_log = structlog.get_logger(__name__)


def report(rest: Rest, settings: GerritApiSettings, source: str) -> None:
    """Logs as whom Gerrit is asked, and how many changes it shows; blocks, and what fails is said by the log only."""
    try:
        user = rest.json("accounts/self", [])["_account_id"] if settings.user else "anybody"
        terms = f"{_EVER} ({settings.query})" if settings.query else _EVER
        found = rest.changes([("q", terms), ("n", str(MOST))])
    except (BackfillFailed, LookupError, TypeError) as error:
        _log.warning("cannot tell yet what Gerrit shows", source=source, reason=str(error))
        return
    more = bool(found) and found[-1].get("_more_changes", False)
    _log.info("Gerrit answers", source=source, user=user, changes=f"{len(found)}{' or more' if more else ''}")
    if not found:
        _log.warning(
            "Gerrit shows no changes at all: may this user read them, and does 'query' match any?", source=source
        )

"""How fast sources are heard, by what is at the end of the journal: a bounded look, however much it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.journal import log
from adapters.journal.database import Database, micros, moment

LATELY = timedelta(minutes=1)
"""What a rate is over; less where that holds more than MOST records."""

MOST = 5_000
"""Records at the end of the journal that are looked at for rates."""

BACK = 100_000
"""Records at the end of the journal that are looked at for when a source was heard last."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The last record of a source, and when it was heard."""

    seq: int
    at: datetime


def rates(database: Database, now: datetime) -> dict[str, float]:
    """Records a second of each source that was heard lately."""
    after, since = log.last(database) - MOST, micros(now - LATELY)
    rows = database.run(
        "SELECT source, count(*), min(received_at), min(seq) FROM notification"
        " WHERE seq > ? AND received_at BETWEEN ? AND ? GROUP BY source",
        after,
        since,
        micros(now),
    )
    if not rows:
        return {}
    cut = min(row[3] for row in rows) == after + 1  # there are more of them before
    seconds = (micros(now) - min(row[2] for row in rows)) / 1e6 if cut else LATELY.total_seconds()
    return {source: count / max(seconds, 1.0) for source, count, _, _ in rows}


def heard_since(database: Database, after: int) -> dict[str, Heard]:
    """The last record of each source that was heard beyond a number, of BACK records at most."""
    # Beside max(), SQLite gives what is in the row that has it.
    rows = database.run(
        "SELECT source, max(seq), received_at FROM notification WHERE seq > ? GROUP BY source",
        max(after, log.last(database) - BACK),
    )
    return {source: Heard(seq, moment(at)) for source, seq, at in rows}

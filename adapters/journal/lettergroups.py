"""Dead letters that have one reason, but for the numbers and names in it: what people mend together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import orjson

from adapters.journal.database import Database, moment
from adapters.journal.deadletters import DeadLetter, dead_letter

MOST = 10_000
"""How many different reasons are looked at."""

_PARTICULAR = re.compile(r"'[^']*'|\"[^\"]*\"|\b(?=[0-9a-f-]*\d)[0-9a-f-]{7,}\b|\d+")
"""What differs where the cause is the same: what is quoted, digests and ids, numbers."""

_REASONS = """
    SELECT route, reason, count(*), total(retry), max(seq), max(parked_at) FROM dead_letter
    GROUP BY route, reason ORDER BY max(parked_at) DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class LetterGroup:
    """Dead letters of a route: how many, how many of them are to be tried again, and of the last its number and time.

    `reason` is that of the last one, `reasons` are all, `key` names the group whatever is parked meanwhile.
    """

    key: str
    route: str
    reason: str
    reasons: tuple[str, ...]
    count: int
    marked: int
    seq: int
    parked_at: datetime


def lettergroups(database: Database) -> list[LetterGroup]:
    """All groups, the largest first."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in database.run(_REASONS, MOST):
        found[row[0], _PARTICULAR.sub("…", row[1])].append(row)
    return sorted(_groups(found), key=lambda each: (-each.count, each.route, each.reason))


def last_of(database: Database, group: LetterGroup, limit: int) -> list[DeadLetter]:
    """So many dead letters of a group at most, the last one first."""
    rows = database.run(
        "SELECT route, seq, reason, parked_at, attempts, retry FROM dead_letter"
        " WHERE route = ? AND reason IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT ?",
        group.route,
        orjson.dumps(group.reasons).decode(),
        limit,
    )
    return [dead_letter(row) for row in rows]


def _groups(found: dict[tuple[str, str], list[Any]]) -> Iterator[LetterGroup]:
    for (route, shape), rows in found.items():
        _, reasons, counts, marked, numbers, parked = zip(*rows, strict=True)
        key = sha256(f"{route}\0{shape}".encode()).hexdigest()[:16]
        yield LetterGroup(
            key, route, reasons[0], reasons, sum(counts), int(sum(marked)), max(numbers), moment(parked[0])
        )

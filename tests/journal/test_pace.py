"""How fast sources are heard, and when last."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.journal import Database, Journal, pace
from tests.journal.conftest import Clock, Heard


async def test_a_rate_is_over_the_last_minute(journal: Journal, path: Path, clock: Clock, heard: Heard) -> None:
    """Of each source that was heard in it, and of no other."""
    await journal.append([heard(source="old")])
    clock.move(61)
    await journal.append([heard(source="a")] * 30 + [heard(source="b")] * 6)
    with Database(path) as other:
        assert pace.rates(other, clock()) == {"a": 0.5, "b": 0.1}
        assert pace.rates(other, clock() + timedelta(hours=1)) == {}


async def test_of_very_many_only_the_last_are_looked_at(
    journal: Journal, path: Path, clock: Clock, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the rate is over the time that those took."""
    monkeypatch.setattr(pace, "MOST", 100)
    await journal.append([heard(source="a")] * 100)
    clock.move(2)
    await journal.append([heard(source="a")] * 100)
    clock.move(2)
    with Database(path) as other:
        assert pace.rates(other, clock()) == {"a": 50.0}


async def test_the_last_record_of_each_source(journal: Journal, path: Path, clock: Clock, heard: Heard) -> None:
    """By its number and time; beyond a number only what came since."""
    first = clock()
    await journal.append([heard(source="a"), heard(source="b")])
    clock.move(5)
    await journal.append([heard(source="a")])
    with Database(path) as other:
        assert pace.heard_since(other, 0) == {"a": pace.Heard(3, clock()), "b": pace.Heard(2, first)}
        assert pace.heard_since(other, 2) == {"a": pace.Heard(3, clock())}

"""What is remembered is bounded, by kind, and lives in the journal."""

from __future__ import annotations

import pytest

from adapters.cdevents.history import ROLLOUTS, Entry, key, told
from adapters.model import Checkpoint
from adapters.sources.joining.memory import OWNER, Memory

ENTRY = Entry("2026-05-04T10:00:00Z", "i", None, ("c1",))


def test_what_was_not_told_of_for_longest_is_forgotten() -> None:
    """Of each kind by itself: no flood of incidents makes it forget what runs."""
    memory = Memory({}, {"rollouts": 2, "incidents": 3})
    places = [key("rollouts", name, "prod") for name in "abc"]
    for place in (places[0], places[1], places[0], places[2]):
        memory.keep(place, [ENTRY])
    for number in range(100):
        memory.keep(key("incidents", "s", str(number)), [])
    assert [memory.of(each) for each in places] == [[ENTRY], None, [ENTRY]]
    assert memory.of(key("incidents", "s", "99")) == []
    changes = {each.key: each.value for each in memory.changes()}
    assert sum(value is not None for value in changes.values()) == 5
    again = Memory(
        {each: value for each, value in changes.items() if value is not None}, {"rollouts": 2, "incidents": 3}
    )
    assert again.of(places[0]) == [ENTRY]


def test_what_could_not_be_kept_is_a_change_still() -> None:
    """Unless it changed again since."""
    memory = Memory({})
    memory.keep(key("rollouts", "a", "prod"), [])
    changes = memory.changes()
    assert memory.changes() == []
    memory.unkept([*changes, Checkpoint(OWNER, "other", None)])
    assert memory.changes() == [*changes, Checkpoint(OWNER, "other", None)]


def test_long_names_have_short_keys() -> None:
    """Whatever a tool calls its services, what is remembered is bounded."""
    assert len(key("rollouts", "x" * 100_000, "prod")) < 100
    assert key("rollouts", "x" * 1000, "a") != key("rollouts", "x" * 1000, "b")


@pytest.mark.parametrize("moment", ["soon", "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-02:00"])
def test_what_has_no_time_is_not_remembered(moment: str) -> None:
    """Nor what has one for which UTC has no year: it has no place in the order of time."""
    environment = {"environment": {"id": "prod"}}
    [rollout, *_] = ROLLOUTS
    assert told(rollout, "shop", ENTRY, environment, {}).key
    assert told(rollout, "shop", ENTRY._replace(moment=moment), environment, {}).key is None

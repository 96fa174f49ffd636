"""One occurrence has one id, whichever way it is heard: `identity.yaml` says which ways can carry the same.

What the sources read of files and APIs before a mapping sees it is held by `tests/sources/jenkins/test_same_ids.py` and
`tests/sources/gerrit/test_history.py`, and by the real tools under `tests/real`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatch
from functools import cache
from itertools import chain, combinations
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
import yaml

from adapters.goldens import Sent, sent
from adapters.mapping.library import find, shipped
from adapters.model import CDEvent
from adapters.sources.gerrit.history import history
from tests.checkout import SAMPLES, needs_samples
from tests.mappings.support import EVERYTHING, events, inputs, instance

HERE = Path(__file__).parent
CHANGE = "change-4711.json"
"""The change of the goldens of gerrit/events, as the REST API tells of it."""


class Row(NamedTuple):
    """An occurrence and the types of its events, which may be patterns.

    `ways` are samples, the first of nothing else; `apart` names content that each way says in its own words, and `why`
    is the reason for which they do not agree.
    """

    occurrence: str
    events: list[str]
    ways: dict[str, str]
    apart: Sequence[str] = ()
    why: str = ""

    def heard(self) -> dict[str, list[CDEvent]]:
        """By way, its events."""
        return {name: [each for each in made(way) if self.is_about(each)] for name, way in self.ways.items()}

    def is_about(self, event: CDEvent) -> bool:
        """Whether it is of the occurrence."""
        return any(fnmatch(event.name, pattern) for pattern in self.events)


TABLE = yaml.safe_load((HERE / "identity.yaml").read_text())
SAME, DIFFERENT = ([Row(**row) for row in TABLE[kind]] for kind in ("same", "different"))


@cache
def made(way: str) -> tuple[CDEvent, ...]:
    """The events of a way (`mapping input`), with all that its mapping can emit."""
    mapping, name, *shift = way.split()
    said = backfilled(*shift) if name == CHANGE else sent(find(mapping).with_name("inputs") / name)
    return tuple(event for each in said for event in events(mapping, each.body, each.headers, **EVERYTHING[mapping]))


def backfilled(shift: str = "0s") -> list[Sent]:
    """What a backfill makes of the change, of which all but uploads was said some seconds earlier or later."""
    change = orjson.loads((HERE / CHANGE).read_bytes())
    for message in change["messages"]:
        moment = datetime.fromisoformat(message["date"]) + timedelta(seconds=int(shift.removesuffix("s")))
        message["date"] = moment.isoformat(" ")
    return [Sent(each.body) for each in history(change, instance("gerrit/events"))]


def identity(event: CDEvent) -> tuple[str | None, ...]:
    """What must be the same, whoever tells of an occurrence."""
    return event.name, event.id, event.source, event.subject_id, event.chain_id


@pytest.mark.parametrize("row", SAME, ids=lambda row: row.occurrence)
def test_ways_that_can_carry_the_same_give_one_identity(row: Row) -> None:
    """To the id, the source, the subject and the chain, for each type of event that the row names."""
    first, *others = ({identity(each) for each in found} for found in row.heard().values())
    assert {name for name, *_ in first} == set(row.events)
    for other in others:
        assert first <= other


@pytest.mark.parametrize("row", SAME, ids=lambda row: row.occurrence)
def test_what_two_ways_both_say_is_the_same(row: Row) -> None:
    """A way may say less than another, but never something else."""
    said: dict[tuple[str, str], Any] = {}
    for each in chain.from_iterable(row.heard().values()):
        for name, value in each.content.items():
            assert name in row.apart or said.setdefault((each.id, name), value) == value


@pytest.mark.parametrize("row", DIFFERENT, ids=lambda row: row.occurrence)
def test_ways_that_cannot_agree_do_not_pretend_to(row: Row) -> None:
    """What no two of them can know alike is two events, and the row says why."""
    assert row.why
    heard = [{each.id for each in found} for found in row.heard().values()]
    assert all(heard)
    assert not any(one & other for one, other in combinations(heard, 2))


def test_no_two_mappings_agree_but_where_the_table_says_so() -> None:
    """Whatever else has one id by accident would lose an event to a consumer that drops duplicates."""
    found: dict[str, set[str]] = defaultdict(set)
    for way in _all_ways():
        for each in made(way):
            found[each.id].add(way)
    agreeing = [ways for ways in found.values() if len({way.split()[0] for way in ways}) > 1]
    assert agreeing
    said = [set(row.ways.values()) for row in SAME]
    assert [ways for ways in agreeing if not any(ways <= row for row in said)] == []


@needs_samples
def test_both_payloads_that_harbor_documents_are_the_same_events() -> None:
    """Each kind of notification that its documentation shows in both formats."""
    formats = (SAMPLES / "harbor").glob("*.default.*")
    pairs = [(path, path.with_name(path.name.replace("default", "cloudevents"))) for path in formats]
    shown = [pair for pair in pairs if pair[1].is_file()]
    assert shown
    for default, cloudevent in shown:
        first, second = (
            [identity(event) for each in sent(path) for event in events("harbor/webhook", each.body)]
            for path in (default, cloudevent)
        )
        assert first == second != []


def _all_ways() -> Iterable[str]:
    return (f"{mapping} {path.name}" for mapping in shipped() for path in inputs(mapping))

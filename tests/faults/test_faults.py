"""Brokers crash, networks break and sidecars are killed while events flow: nothing that was accepted is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import orjson
import pytest

from tests.faults.faults import FAULTS
from tests.faults.flow import Event, Flow, MakeBroker, flowing

Value = TypeVar("Value")


pytestmark = pytest.mark.slow


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_loses_nothing(tmp_path: Path, make_broker: MakeBroker, fault: Callable[[Flow], None]) -> None:
    """What was accepted before, meanwhile and afterwards is on the broker in both forms, each subject's in order."""
    with flowing(tmp_path, make_broker) as flow:
        flow.goes_on()
        fault(flow)
        flow.goes_on()
        flow.ends()
        assert_complete(flow.gerrit.accepted, flow.broker.events())


def test_all_faults_in_turn_lose_nothing(tmp_path: Path, make_broker: MakeBroker) -> None:
    """Each comes while what the one before it has held up is still on its way."""
    with flowing(tmp_path, make_broker) as flow:
        for fault in FAULTS:
            fault(flow)
            flow.goes_on()
        flow.ends()
        assert_complete(flow.gerrit.accepted, flow.broker.events())


def assert_complete(accepted: Mapping[str, Sequence[bytes]], events: Sequence[Event]) -> None:
    """The broker has what was accepted, in order: byte for byte, and as CDEvents, the two forms naming each other."""
    first = once(events)
    legacy = [each for each in first if each.attributes["type"] == "legacy.gerrit.events"]
    cdevents = [each for each in first if each.attributes["type"].startswith("dev.cdevents.change.")]
    assert len(legacy) + len(cdevents) == len(first)
    assert by_subject((change(each), each.data) for each in legacy) == accepted
    assert by_subject((each.attributes["subject"], number(each)) for each in cdevents) == {
        subject: [*range(1, len(bodies) + 1)] for subject, bodies in accepted.items()
    }
    assert {(each.attributes["id"], each.attributes["cdeventids"]) for each in legacy} == {
        (each.attributes["legacyid"], each.attributes["id"]) for each in cdevents
    }


def once(events: Iterable[Event]) -> list[Event]:
    """The first of each id; those that repeat it have the same data."""
    first: dict[str, Event] = {}
    for event in events:
        assert first.setdefault(event.attributes["id"], event).data == event.data
    return [*first.values()]


def by_subject(pairs: Iterable[tuple[str, Value]]) -> dict[str, list[Value]]:
    """The values of each subject, in order."""
    found = defaultdict(list)
    for subject, value in pairs:
        found[subject].append(value)
    return found


def change(legacy: Event) -> str:
    """The change that a patch set was added to, as a CDEvent names it."""
    return f"shop~{orjson.loads(legacy.data)['change']['number']}"


def number(cdevent: Event) -> int:
    """Which patch set of its change a CDEvent tells of."""
    found: int = orjson.loads(cdevent.data)["customData"]["patchset"]["number"]
    return found

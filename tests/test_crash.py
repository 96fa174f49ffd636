"""Nothing acknowledged is ever lost, however often and whenever the process is killed."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path

import pytest

from adapters.cdevents.ids import context_id
from tests.load import accepted_before_kill
from tests.service import INSTANCE, Service


@pytest.mark.parametrize("rounds", [3, pytest.param(50, marks=pytest.mark.slow)])
def test_every_accepted_notification_is_published_on_both_routes(tmp_path: Path, rounds: int) -> None:
    """Killed at random moments under load, it delivers all it accepted to both files; ids repeat, none changes."""
    chance = random.Random(rounds)
    service = Service(tmp_path)
    accepted = [n for r in range(rounds) for n in accepted_before_kill(service, r, chance.uniform(0.02, 0.5))]
    service.start()
    assert service.stop() == 0
    assert len(accepted) > rounds * 10
    assert published_ids(service, accepted) == {
        f"job/load/{n}/": {context_id(INSTANCE, "pipelinerun.finished", [f"job/load/{n}/"])} for n in accepted
    }
    legacy = legacy_ids(service)
    assert {len(legacy[n]) for n in accepted} == {1}
    assert len({id_ for n in accepted for id_ in legacy[n]}) == len(accepted)


def published_ids(service: Service, accepted: list[int]) -> dict[str, set[str]]:
    """The ids of the CDEvents of the accepted builds, by subject."""
    wanted = {f"job/load/{number}/" for number in accepted}
    found: dict[str, set[str]] = defaultdict(set)
    for event in service.published("cdevents"):
        if event["subject"] in wanted:
            found[event["subject"]].add(event["id"])
    return found


def legacy_ids(service: Service) -> dict[int, set[str]]:
    """The ids of the legacy events, by build number."""
    found: dict[int, set[str]] = defaultdict(set)
    for event in service.published("legacy"):
        found[event["data"]["build"]["number"]].add(event["id"])
    return found

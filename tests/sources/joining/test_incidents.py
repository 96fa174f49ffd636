"""An incident joins the chain of what runs where it is, if one sidecar hears of both."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from adapters.cdevents import validation
from adapters.model import Spec
from tests.sources.joining.support import OTHERS, Sidecar, alert, links, rollout, time


def chain(event: dict[str, Any]) -> str:
    """Its chain."""
    found: str = event["context"]["chainId"]
    return found


def id_(event: dict[str, Any]) -> str:
    """Its id."""
    found: str = event["context"]["id"]
    return found


async def test_it_is_in_the_chain_of_the_rollout_before_it() -> None:
    """Of this service to this environment; it is linked to it, as a valid event, and its end is in the same chain."""
    sidecar = Sidecar()
    [old] = await sidecar.hear("cluster", rollout(1, 1))
    [new] = await sidecar.hear("cluster", rollout(2, 5))
    await sidecar.hear("cluster", rollout(3, 6, name="cart"))
    await sidecar.hear("cluster", rollout(4, 7, namespace="lab"))
    [wrong] = await sidecar.hear("alerts", alert(10))
    [later] = await sidecar.hear("cluster", rollout(5, 20))
    [over] = await sidecar.hear("alerts", alert(10, ended=30))
    assert chain(wrong) == chain(over) == chain(new) not in (chain(old), chain(later))
    assert (links(wrong, "ROLLOUT"), links(over, "ROLLOUT")) == ([id_(new)], [])
    artifacts = [each["subject"]["content"]["artifactId"] for each in (new, wrong, over)]
    assert artifacts == [artifacts[0]] * 3
    assert [each for event in (wrong, over) for each in validation.problems(event, Spec.V0_5_1)] == []


@pytest.mark.parametrize("labels", [{"service": "prod/cart"}, {"environment": "lab"}, {"service": ""}])
async def test_of_what_is_not_known_it_is_a_chain_of_its_own(labels: dict[str, Any]) -> None:
    """Another service, another environment, or none; the event is what it is in a sidecar that hears nothing else."""
    sidecar = Sidecar()
    await sidecar.hear("cluster", rollout(1, 1))
    assert await sidecar.hear("alerts", alert(5, **labels)) == await Sidecar("alerts").hear(
        "alerts", alert(5, **labels)
    )


async def test_a_rollout_that_is_heard_late_changes_no_incident() -> None:
    """What was told of one stays: told again, and its end, are in the chain that it began in."""
    sidecar = Sidecar()
    [first] = await sidecar.hear("alerts", alert(10))
    [late] = await sidecar.hear("cluster", rollout(1, 5))
    assert await sidecar.hear("alerts", alert(10)) == [first]
    [over] = await sidecar.hear("alerts", alert(10, ended=12))
    assert chain(over) == chain(first) != chain(late)
    [next_] = await sidecar.hear("alerts", alert(15))
    assert chain(next_) == chain(late)


async def test_going_back_is_the_older_chain() -> None:
    """What runs again after a rollback is the image of before, and so is what is wrong with it."""
    sidecar = Sidecar()
    [old] = await sidecar.hear("cluster", rollout(1, 1))
    await sidecar.hear("cluster", rollout(2, 5))
    [back] = await sidecar.hear("cluster", rollout(1, 8, first=False, returned=True))
    [wrong] = await sidecar.hear("alerts", alert(10))
    assert chain(wrong) == chain(back) == chain(old)
    assert links(wrong, "ROLLOUT") == [id_(back)] != [id_(old)]


async def test_one_image_in_two_environments_is_two_rollouts() -> None:
    """An incident follows the one of its own, both of one chain."""
    sidecar = Sidecar()
    [lab] = await sidecar.hear("cluster", rollout(1, 1, namespace="lab"))
    [prod] = await sidecar.hear("cluster", rollout(1, 3))
    [wrong] = await sidecar.hear("alerts", alert(10))
    assert chain(lab) == chain(prod) == chain(wrong)
    assert links(wrong, "ROLLOUT") == [id_(prod)]


async def test_the_order_in_which_rollouts_are_heard_is_no_matter() -> None:
    """It is the time of each that counts."""
    told = [rollout(1, 1), rollout(2, 5), rollout(3, 20)]
    found = []
    for order in permutations(told):
        sidecar = Sidecar()
        for each in order:
            await sidecar.hear("cluster", each)
        found += await sidecar.hear("alerts", alert(10))
    assert all(each == found[0] for each in found)
    assert links(found[0], "ROLLOUT")


async def test_it_is_remembered_when_the_sidecar_starts_again() -> None:
    """What the journal keeps is enough; what it did not take is told again, and kept then."""
    sidecar = Sidecar()
    sidecar.full = True
    with pytest.raises(OSError, match="full"):
        await sidecar.hear("cluster", rollout(1, 1))
    sidecar.full = False
    [new] = await sidecar.hear("cluster", rollout(1, 1))
    sidecar.start()
    [wrong] = await sidecar.hear("alerts", alert(10))
    await sidecar.hear("cluster", rollout(2, 8))
    sidecar.start()
    assert await sidecar.hear("alerts", alert(10)) == [wrong]
    assert links(wrong, "ROLLOUT") == [id_(new)]


async def test_rollouts_that_another_sidecar_told_count_as_well() -> None:
    """As CDEvents, of any kind; what has no time, or is too long, is not remembered and harms nothing."""
    [told] = await Sidecar("cluster").hear("cluster", rollout(1, 1))
    sidecar = Sidecar("alerts", OTHERS)
    untimely = {**told, "context": {**told["context"], "id": "u", "timestamp": "tomorrow"}}
    long = {**told, "context": {**told["context"], "id": "l" * 1000}}
    await sidecar.hear(OTHERS, [told, untimely, long, {**told, "subject": {"id": "prod/shop", "content": 7}}])
    [wrong] = await sidecar.hear("alerts", alert(10))
    assert chain(wrong) == chain(told)
    assert links(wrong, "ROLLOUT") == [id_(told)]


async def test_what_is_opened_of_an_incident_is_in_its_chain() -> None:
    """PagerDuty tells that one was detected, and reported: only the first is linked to the rollout."""
    data = {
        "id": "P1",
        "title": "down",
        "html_url": "https://pager.example.com/P1",
        "service": {"summary": "prod/shop"},
    }
    event = {"event_type": "incident.triggered", "occurred_at": time(10), "data": {**data, "environment": "prod"}}
    sidecar = Sidecar()
    [new] = await sidecar.hear("cluster", rollout(1, 1))
    detected, reported = await sidecar.hear("pager", {"event": event})
    assert chain(detected) == chain(reported) == chain(new)
    assert (links(detected, "ROLLOUT"), links(reported, "ROLLOUT")) == ([id_(new)], [])


async def test_who_hears_one_tool_alone_remembers_nothing() -> None:
    """There is nothing to join."""
    for source, said in (("cluster", rollout(1, 1)), ("alerts", alert(10))):
        sidecar = Sidecar(source)
        await sidecar.hear(source, said)
        assert sidecar.checkpoints == {}

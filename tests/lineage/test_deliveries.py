"""What was brought where, and from what."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.lineage.deliveries import Delivery, current, deliveries
from adapters.lineage.event import Event, event
from tests.lineage.support import document

DIGEST = "0123456789abcdef" * 4


def of(name: str, second: int, subject: str = "shop", environment: str = "live", **more: Any) -> Event:
    """An event of a type, so many seconds after the beginning; `follows` and `source` are for its context."""
    links = [("PATH", each) for each in more.pop("follows", ())]
    source, chain = more.pop("source", "https://ci/"), more.pop("chain", "c")
    content = {"environment": {"id": environment}} if environment else {}
    made = document(f"{name}-{second}", second, *links, chain=chain, subject=subject, **content, **more)
    made["context"] |= {"type": f"dev.cdevents.{name}.0.3.0", "source": source}
    return event(made)


def now(*events: Event) -> dict[tuple[str, str], list[str]]:
    """The ids of what is where."""
    found = current(deliveries(events))
    return {place: [each.event.id for each in there] for place, there in found.items()}


def test_the_last_that_was_told_is_there() -> None:
    """In each environment, and in that which nobody names; told twice is once."""
    first, then = of("service.deployed", 1), of("service.upgraded", 2)
    elsewhere, nowhere = of("service.rolledback", 3, environment="test"), of("service.deployed", 4, environment="")
    assert now(then, first, then, elsewhere, nowhere) == {
        ("shop", ""): ["service.deployed-4"],
        ("shop", "live"): ["service.upgraded-2"],
        ("shop", "test"): ["service.rolledback-3"],
    }
    assert len(deliveries([then, first, then])) == 2


def test_clusters_tell_each_their_own() -> None:
    """What one of them removed is gone only if no other has it."""
    east, west = of("service.deployed", 1, source="east"), of("service.removed", 2, source="west")
    assert now(east, west) == {("shop", "live"): ["service.deployed-1"]}
    assert now(west) == {("shop", "live"): ["service.removed-2"]}
    assert now(east, of("service.upgraded", 3, source="west")) == {
        ("shop", "live"): ["service.upgraded-3", "service.deployed-1"]
    }


def test_it_came_from_a_change_and_a_run() -> None:
    """The merge of its chain, and the run that it has a link to."""
    run, merged = of("pipelinerun.started", 1, "job/1"), of("change.merged", 2, "a~1")
    created = of("change.created", 0, "a~1")
    [one] = deliveries([of("service.deployed", 3, follows=["pipelinerun.started-1"]), created, run, merged])
    assert (one.change, one.run) == (merged, run)
    [alone] = deliveries([of("service.deployed", 3, chain=None, follows=["elsewhere"]), created])
    assert (alone.change, alone.run) == (None, None)


@pytest.mark.parametrize(
    ("artifact", "version"),
    [
        (f"pkg:oci/shop@sha256:{DIGEST}", "sha256:0123456789ab"),
        (f"pkg:oci/shop@sha256%3A{DIGEST}", "sha256:0123456789ab"),
        (f"pkg:oci/shop@sha256:{DIGEST}?tag=1.4&repository_url=r.example.com/shop", "1.4"),
        ("pkg:generic/shop@7.1", "7.1"),
        ("pkg:oci/shop", ""),
        ("shop.war", ""),
        (None, ""),
    ],
)
def test_versions_are_those_that_people_know(artifact: str | None, version: str) -> None:
    """A tag rather than a digest, and of that no more than its beginning."""
    content = {"artifactId": artifact} if artifact else {}
    [one] = deliveries([of("service.deployed", 1, **content)])
    assert one.version == version


def test_without_an_artifact_it_is_the_commit() -> None:
    """Where that is known."""
    made = document("x", 1, subject="shop")
    made["context"]["type"] = "dev.cdevents.service.deployed.0.3.0"
    made["customData"] = {"revision": "0123456789abcdef" * 2 + "01234567"}
    assert Delivery(event(made), None, None).version == "0123456789ab"

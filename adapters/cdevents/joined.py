"""What a sidecar that hears several tools adds to an event of one of them: the chain that it is in, and links. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from adapters.model import CDEvent

ROLLOUT, CHANGE, ARTIFACT = "ROLLOUT", "CHANGE", "ARTIFACT"
"""What links are called that lead to the rollout before an incident, a change in a rollout, and an image's run."""


class Joined(NamedTuple):
    """What is added to an event: another chain, the id of the rollout that it is under, and those of merges in it.

    `artifact` is what the rollout was of.
    """

    chain: str | None = None
    rollout: str | None = None
    artifact: str | None = None
    changes: Sequence[str] = ()


def joined(event: CDEvent, found: Joined) -> CDEvent:
    """The event with it. An event that names a change, or an image of one, stays in the chain of this one.

    What says itself which artifact it is about is right.
    """
    known = any(link.get("linkKind") in (ARTIFACT, CHANGE) for link in event.links)
    before = [_relation(ROLLOUT, found.rollout)] if found.rollout else []
    after = [_relation(CHANGE, each) for each in found.changes]
    chain = event.chain_id if known or not found.chain else found.chain
    content = {"artifactId": found.artifact} | {**event.content} if found.artifact else event.content
    return event._replace(chain_id=chain, links=[*before, *event.links, *after], content=content)


def _relation(kind: str, id_: str) -> dict[str, Any]:
    return {"linkType": "RELATION", "linkKind": kind, "target": {"contextId": id_}, "tags": {}}

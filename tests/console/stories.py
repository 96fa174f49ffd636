"""A change from its first patch set to an incident, as CDEvents that others have made, and as wide as wanted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from adapters.config import Config
from adapters.model import Notification
from tests.console.support import settings

BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
IMAGE = f"pkg:oci/till@sha256:{'5' * 64}"
CHANGE, CHAIN = "shop%2Ftill~1234", "a2f0c1d4-0000-4000-8000-000000000001"


def cdevent(
    id_: str, name: str, minutes: float, subject: str, *follows: str, chain: str | None = CHAIN, **parts: Any
) -> dict[str, Any]:
    """A CDEvent so many minutes after the beginning; `follows` are ids of others, `by` who did it, the rest content."""
    context: dict[str, Any] = {"specversion": "0.5.1", "id": id_, "source": "https://ci.example.com/"}
    context |= {"type": f"dev.cdevents.{name}.0.3.0", "timestamp": (BEGIN + timedelta(minutes=minutes)).isoformat()}
    if follows:
        context["links"] = [{"linkType": "PATH", "from": {"contextId": each}} for each in follows]
    if chain:
        context["chainId"] = chain
    custom = {"by": parts.pop("by")} if "by" in parts else {}
    return {"context": context, "subject": {"id": subject, "content": parts}, "customData": custom}


def story() -> list[dict[str, Any]]:
    """Three days of review, two runs, a rollout to two environments, and an incident that is resolved."""
    production, staging = {"id": "production"}, {"id": "staging"}
    return [
        cdevent("created", "change.created", 0, CHANGE, by="ada"),
        cdevent("verify-queued", "pipelinerun.queued", 1, "job/verify/8/", "created"),
        cdevent("verify-started", "pipelinerun.started", 4, "job/verify/8/", "verify-queued"),
        cdevent("verify-finished", "pipelinerun.finished", 24, "job/verify/8/", "verify-started", outcome="failure"),
        cdevent("merged", "change.merged", 3 * 1440, CHANGE, "created", by="bea"),
        cdevent("image-started", "pipelinerun.started", 3 * 1440 + 2, "job/image/3/", "merged"),
        cdevent("published", "artifact.published", 3 * 1440 + 10, IMAGE, "image-started"),
        cdevent(
            "image-finished", "pipelinerun.finished", 3 * 1440 + 12, "job/image/3/", "image-started", outcome="success"
        ),
        cdevent(
            "staged", "service.deployed", 3 * 1440 + 30, "till", "image-started", environment=staging, artifactId=IMAGE
        ),
        cdevent(
            "live",
            "service.upgraded",
            3 * 1440 + 70,
            "till",
            "image-started",
            environment=production,
            artifactId=IMAGE,
            by="cem",
        ),
        cdevent(
            "alert",
            "incident.detected",
            3 * 1440 + 100,
            "till/errors",
            "live",
            environment=production,
            service={"id": "till"},
        ),
        cdevent(
            "calm",
            "incident.resolved",
            3 * 1440 + 190,
            "till/errors",
            "alert",
            environment=production,
            service={"id": "till"},
        ),
    ]


def wide(events: int) -> list[dict[str, Any]]:
    """A change with so many events: patch sets, and runs that each have three."""
    first = cdevent("created", "change.created", 0, CHANGE)
    runs = (events - 1) // 3
    found = [first]
    for run in range(runs):
        subject, at = f"job/check-{run % 40}/{run}/", run * 7.0
        found += [
            cdevent(f"{run}-q", "pipelinerun.queued", at + 1, subject, "created"),
            cdevent(f"{run}-s", "pipelinerun.started", at + 2, subject, f"{run}-q"),
            cdevent(f"{run}-f", "pipelinerun.finished", at + 30, subject, f"{run}-s", outcome="success"),
        ]
    patches = range(events - len(found))
    return [*found, *(cdevent(f"p{each}", "change.updated", 3 * each + 0.5, CHANGE, "created") for each in patches)]


def heard(events: Sequence[dict[str, Any]]) -> list[Notification]:
    """Each as a source `others` hears it."""
    return [Notification("others", orjson.dumps(each), BEGIN, {}) for each in events]


def others(folder: Path, **parts: Any) -> Config:
    """A configuration that hears CDEvents, too."""
    own = settings(folder).model_dump(mode="json", exclude_unset=True)
    source = {"type": "webhook", "path": "/others", "cdevents": True}
    call = {"type": "http-call", "url": "http://127.0.0.1:1/", "done": str(folder / "done.db")}
    together = {
        "sources": {**own["sources"], "others": source},
        "sinks": {**own["sinks"], "call": call},
        "routes": {**own["routes"], "call": {"format": "cdevents", "sink": "call"}},
    }
    return settings(folder, **together | parts)


def fleet() -> list[dict[str, Any]]:
    """Two services more: one was rolled back, and its image has a tag; one was removed, and names no place."""
    production = {"id": "production"}
    old, new = (f"pkg:oci/door@sha256:{digit * 64}?tag=2.{digit}&repository_url=hub.example.com/door" for digit in "34")
    door: dict[str, Any] = {"chain": None, "environment": production}
    return [
        cdevent("door-1", "service.deployed", 10, "door", artifactId=old, by="ada", **door),
        cdevent("door-2", "service.upgraded", 20, "door", artifactId=new, **door),
        cdevent("door-3", "service.rolledback", 30, "door", artifactId=old, by="bea", **door),
        cdevent("bell-1", "service.deployed", 15, "bell", chain=None, artifactId="pkg:generic/bell@7.1"),
        cdevent("bell-2", "service.removed", 40, "bell", chain=None),
    ]

"""A team's last eight weeks, for pictures of the pages: changes on their way, of which some go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from random import Random
from typing import Any

SERVICES = ("till", "door", "shelf")
DAYS, INCIDENTS = 56, 0.15

Event = dict[str, Any]


def events(now: datetime) -> list[Event]:
    """CDEvents up to now, in the order of their times; the same for the same moment."""
    random = Random(7)
    changes = ((day, number) for day in range(DAYS) for number in range(random.randint(0, 2)))
    begin = now.astimezone(UTC).replace(hour=7, minute=0, second=0, microsecond=0) - timedelta(days=DAYS)
    made = [
        each
        for day, number in changes
        for each in _change(
            random, 1000 + 10 * day + number, begin + timedelta(days=day, minutes=random.randint(0, 400))
        )
    ]
    return sorted((each for each in made if _time(each) < now), key=_time)


def _time(event: Event) -> datetime:
    return datetime.fromisoformat(event["context"]["timestamp"])


def _change(random: Random, number: int, at: datetime) -> Iterator[Event]:
    service = random.choice(SERVICES)
    subject, chain = f"shop%2F{service}~{number}", f"{number:08x}-0000-4000-8000-000000000001"
    digest = sha256(subject.encode()).hexdigest()
    image = f"pkg:oci/{service}@sha256:{digest}?repository_url=registry.example.com/shop/{service}"

    def event(name: str, minutes: float, of: str, follows: str = "", **content: Any) -> Event:
        custom = {"by": content.pop("by")} if "by" in content else {}
        context = {
            "specversion": "0.5.1",
            "id": f"{number}-{name}-{of}",
            "source": "https://ci.example.com/",
            "type": f"dev.cdevents.{name}.0.3.0",
            "timestamp": (at + timedelta(minutes=minutes)).isoformat(),
            "chainId": chain,
            "links": [{"linkType": "PATH", "from": {"contextId": f"{number}-{follows}"}}] if follows else [],
        }
        return {"context": context, "subject": {"id": of, "content": content}, "customData": custom}

    review, wait, run = random.randint(40, 2400), random.randint(1, 9), random.randint(6, 30)
    verify, build = f"job/{service}-verify/{number}/", f"job/{service}/{number}/"
    yield event("change.created", 0, subject, by=random.choice(("ada", "bea", "cem")))
    yield event("pipelinerun.queued", 1, verify, f"change.created-{subject}", pipelineName=f"{service}-verify")
    yield event(
        "pipelinerun.started", 1 + wait, verify, f"pipelinerun.queued-{verify}", pipelineName=f"{service}-verify"
    )
    yield event(
        "pipelinerun.finished",
        1 + wait + run,
        verify,
        f"pipelinerun.started-{verify}",
        pipelineName=f"{service}-verify",
        outcome=random.choice(("success", "success", "success", "failure")),
    )
    yield event("change.merged", review, subject, f"change.created-{subject}", by=random.choice(("ada", "bea", "cem")))
    yield event("pipelinerun.started", review + 2, build, f"change.merged-{subject}", pipelineName=service)
    yield event("artifact.published", review + run, image, f"pipelinerun.started-{build}")
    yield event(
        "pipelinerun.finished",
        review + run + 1,
        build,
        f"pipelinerun.started-{build}",
        pipelineName=service,
        outcome="success",
    )
    deployed = partial(event, of=service, follows=f"pipelinerun.started-{build}", artifactId=image)
    yield deployed("service.deployed", review + run + 8, environment={"id": "staging"})
    production: dict[str, Any] = {"environment": {"id": "production"}}
    live = review + run + random.randint(30, 300)
    yield deployed("service.upgraded", live, by="argo", **production)
    if random.random() < INCIDENTS:
        alert = f"{service}/errors"
        of: dict[str, Any] = {"service": {"id": service}, **production}
        resolved = live + 20 + random.randint(15, 200)
        yield event("incident.detected", live + 20, alert, f"service.upgraded-{service}", **of)
        yield event("incident.resolved", resolved, alert, f"incident.detected-{alert}", **of)

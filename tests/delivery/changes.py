"""Changes of a history, with their runs and tests."""

from __future__ import annotations

from dataclasses import dataclass

from tests.delivery.history import GERRIT, JENKINS, History, commit

HOUR = 3600


@dataclass
class Change:
    """A change that was merged, and the id of the event that said so."""

    number: int
    chain: str
    merged: int
    event: str


def change(history: History, service: str, at: int, branch: str = "main") -> Change:
    """A change from its first patch set to its merge, a few hours later; one in three has a second patch set."""
    number = history.next()
    subject, chain = f"team%2F{service}~{number}", f"chain-{number}"
    content = {"repository": {"id": f"team/{service}", "source": GERRIT}}
    custom = {"change": {"number": number, "branch": branch}, "patchset": {"revision": commit(-number)}}
    history.tell(GERRIT, "change.created", at, subject, content, chain=chain, custom=custom)
    run(history, f"verify-{service}", at, chain)
    if number % 3 == 0:
        history.tell(GERRIT, "change.updated", at + HOUR, subject, content, chain=chain, custom=custom)
    if number % 5 == 0:
        tests(history, service, at, chain, fixed=number % 3 == 0)
    reviewed = at + history.between(2 * HOUR, 5 * HOUR)
    history.tell(GERRIT, "change.reviewed", reviewed, subject, content, chain=chain, custom=custom)
    merged = reviewed + history.between(60, HOUR)
    event = history.tell(
        GERRIT, "change.merged", merged, subject, content, chain=chain, custom=custom | {"newRev": commit(number)}
    )
    history.truth.reviews.append(merged - at)
    return Change(number, chain, merged, event)


def run(history: History, pipeline: str, at: int, chain: str) -> int:
    """A run of a pipeline; when it ended. Of some nobody told that they waited, or how they ended."""
    truth, subject = history.truth, f"job/{pipeline}/{history.next()}/"
    started = at + history.between(1, 300)
    finished = started + history.between(60, 1200)
    outcome = history.random.choices(("success", "failure", "cancel"), (85, 10, 5))[0]
    content = {"pipelineName": pipeline, "uri": JENKINS + subject}
    if queued := history.random.random() < 0.9:
        history.tell(JENKINS, "pipelinerun.queued", at, subject, content, chain=chain)
        truth.queues.append(started - at)
    history.tell(JENKINS, "pipelinerun.started", started, subject, content, chain=chain)
    truth.left_out["queue time"] += not queued
    if history.random.random() < 0.98:
        history.tell(JENKINS, "pipelinerun.finished", finished, subject, content | {"outcome": outcome}, chain=chain)
        truth.spans.append(finished - started)
        truth.outcomes[outcome] += 1
    else:
        truth.left_out["run time"] += 1
    return finished


def tests(history: History, service: str, at: int, chain: str, *, fixed: bool) -> None:
    """Tests of a change: one is unsteady, one is broken until the second patch set, one is well."""
    unsteady, broken, well = (f"{service}.{name}" for name in ("Unsteady", "Broken", "Well"))
    history.truth.tests |= {unsteady, broken, well}
    history.truth.flaky.add(unsteady)
    told = [(60, unsteady, "failure"), (120, unsteady, "success"), (60, broken, "failure"), (60, well, "success")]
    for wait, test, outcome in [*told, *([(HOUR + 60, broken, "success")] if fixed else [])]:
        content = {"testCase": {"id": test}, "environment": {"id": "ci"}, "outcome": outcome}
        history.tell(JENKINS, "testcaserun.finished", at + wait, f"{test}/{history.next()}", content, chain=chain)

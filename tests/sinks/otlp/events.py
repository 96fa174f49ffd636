"""CDEvents as they come, and the story of one change: queued, built in a task, tested, published and rolled out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from adapters.cdevents.cloudevents import cdevents_message
from adapters.model import Encoding, Message

CHAIN = "a3faf5b1-8519-4a76-94bc-1632c59ec9fc"
JENKINS = "https://jenkins.example.com/"

Link = tuple[str, str]
"""The kind of a link (PATH, or a relation's), and the id of an event."""


def event(  # noqa: PLR0913 - what an event is made of
    name: str,
    id_: str,
    second: float,
    subject: str,
    *,
    links: Sequence[Link] = (),
    chain: str | None = CHAIN,
    source: str = JENKINS,
    custom: Any = None,
    **content: Any,
) -> dict[str, Any]:
    """A CDEvent that happened so many seconds after noon."""
    stamp = f"2026-03-01T12:{int(second) // 60:02}:{second % 60:09.6f}Z"
    context = {"specversion": "0.5.1", "id": id_, "source": source, "timestamp": stamp, "links": [*map(_link, links)]}
    context["type"] = f"{name}.0.3.0" if name.startswith("dev.") else f"dev.cdevents.{name}.0.3.0"
    document = {
        "context": context | ({"chainId": chain} if chain else {}),
        "subject": {"id": subject, "content": content},
    }
    return document if custom is None else document | {"customData": custom}


def _link(link: Link) -> dict[str, Any]:
    kind, target = link
    if kind == "PATH":
        return {"linkType": "PATH", "from": {"contextId": target}}
    return {"linkType": "RELATION", "linkKind": kind, "target": {"contextId": target}}


def message(document: dict[str, Any]) -> Message:
    """An event on its way to a sink."""
    return cdevents_message(document, Encoding.STRUCTURED, {})


RUN: dict[str, Any] = {"pipelineName": "shop", "uri": f"{JENKINS}job/shop/7/"}
TASK: dict[str, Any] = {
    "taskName": "compile",
    "pipelineRun": {"id": "job/shop/7/"},
    "uri": f"{JENKINS}job/shop/7/compile",
}
IMAGE = f"pkg:oci/shop@sha256%3A{'5' * 64}?repository_url=registry.example.com%2Fshop"
COMMIT = "9b1c2d3e4f5061728394a5b6c7d8e9f001122334"

STORY = [
    event(
        "change.created",
        "created",
        0,
        "team%2Fshop~17",
        source="https://gerrit.example.com/",
        repository={"id": "team/shop", "source": "https://gerrit.example.com/"},
        custom={"change": {"number": 17, "branch": "main"}, "patchset": {"revision": COMMIT}},
    ),
    event("pipelinerun.queued", "queued", 10, "job/shop/7/", links=[("TRIGGER", "created")], **RUN),
    event("pipelinerun.started", "started", 25, "job/shop/7/", links=[("PATH", "queued")], **RUN),
    event("taskrun.started", "compiling", 30, "compile-1", links=[("PATH", "started")], **TASK),
    event("taskrun.finished", "compiled", 40, "compile-1", links=[("PATH", "compiling")], outcome="success", **TASK),
    event(
        "testcaserun.finished",
        "tested",
        50,
        "t-1",
        links=[("PATH", "started")],
        outcome="failure",
        reason="1 is not 2",
        testCase={"id": "shop.Basket.total"},
        custom={"seconds": 1.5},
    ),
    event(
        "artifact.published",
        "published",
        55,
        IMAGE,
        links=[("ARTIFACT", "started")],
        source="https://registry.example.com/",
    ),
    event("pipelinerun.finished", "finished", 60, "job/shop/7/", links=[("PATH", "started")], outcome="failure", **RUN),
    event(
        "service.deployed",
        "deployed",
        90,
        "shop",
        links=[("ARTIFACT", "started"), ("CHANGE", "of-another-chain")],
        source="https://argocd.example.com/",
        environment={"id": "production"},
        artifactId=IMAGE,
    ),
]

"""What tools say of one service, and a sidecar's sources that hear it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from types import MappingProxyType
from typing import Any

import orjson

from adapters.cdevents.document import document
from adapters.mapping import Translator, load
from adapters.model import Checkpoint, Notification, Record, Spec
from adapters.route.translation import translated
from adapters.sources.joining.memory import OWNER
from adapters.sources.joining.receiving import Joining

GERRIT = "https://gerrit.example.com/"
HEARD = datetime(2026, 5, 4, 12, tzinfo=UTC)
_SOURCES: Mapping[str, tuple[str, str, Mapping[str, str]]] = {
    "gerrit": ("gerrit/events", GERRIT, {}),
    "cluster": ("kubernetes/rollout", "https://k8s.example.com/", {"gerrit": GERRIT}),
    "github": ("github/events", "https://github.com/", {}),
    "gitlab": ("gitlab/events", "https://gitlab.example.com/", {}),
    "alerts": ("alertmanager/webhook", "https://alerts.example.com/", {}),
    "pager": ("pagerduty/webhook", "https://pager.example.com/", {"services": ""}),
}
OTHERS = "others"
"""The source that hears CDEvents."""


@cache
def translator(source: str) -> Translator:
    """Its mapping."""
    mapping, instance, variables = _SOURCES[source]
    return load(mapping, instance=instance, variables=dict(variables))


class Sidecar:
    """Its sources, and a journal of which the checkpoints stay when it starts again."""

    def __init__(self, *sources: str) -> None:
        self.sources = sources or (*_SOURCES, OTHERS)
        self.kept: list[Notification] = []
        self.checkpoints: dict[str, str] = {}
        self.full = False
        self.start()

    def start(self) -> None:
        """Again: what it knows is what its journal has."""
        mapped = {each: partial(translator, each) for each in self.sources if each != OTHERS}
        hearing = frozenset({OTHERS} & {*self.sources})
        self.joining = Joining(dict(self.checkpoints), {**mapped, **dict.fromkeys(hearing, lambda: None)}, hearing)

    async def hear(
        self, source: str, said: Any, headers: Mapping[str, str] = MappingProxyType({})
    ) -> list[dict[str, Any]]:
        """The CDEvents that a route then publishes."""
        await self.joining.receiver(self._receive, source)([Notification(source, orjson.dumps(said), HEARD, headers)])
        if source == OTHERS:
            return []
        found = translated(translator(source), Record(1, self.kept[-1]))
        assert not found.errors
        return [document(each, Spec.V0_5_1) for each in found.events]

    async def _receive(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        if self.full:
            raise OSError("the journal is full")
        self.kept += notifications
        for each in checkpoints:
            assert each.source == OWNER
            self.checkpoints.pop(each.key, None)
            if each.value is not None:
                self.checkpoints[each.key] = each.value


def time(minute: int) -> str:
    """A minute of the hour."""
    return f"2026-05-04T11:{minute:02}:00Z"


def merged(number: int, minute: int, branch: str = "main") -> dict[str, Any]:
    """A change comes to a branch, as the commit that has its number."""
    return {
        "type": "change-merged",
        "change": {"project": "team/shop", "branch": branch, "number": number, "status": "MERGED"},
        "patchSet": {"number": 1, "revision": commit(number, "p")},
        "newRev": commit(number),
        "eventCreatedOn": int(datetime(2026, 5, 4, 11, minute, tzinfo=UTC).timestamp()),
    }


def commit(number: int, letter: str = "c") -> str:
    """What stands for it."""
    return f"{letter}{number}" * 10


def rollout(number: int, minute: int, namespace: str = "prod", name: str = "shop", **more: Any) -> dict[str, Any]:
    """What a change was built to runs in a namespace."""
    source = {"org.opencontainers.image.source": f"{GERRIT}c/team/shop/+/{number}"}
    annotations = {**source, "org.opencontainers.image.revision": commit(number)}
    image = f"registry.example.com/team/{name}@sha256:{number:064d}"
    workload = {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": namespace, "name": name}
    return {
        "type": "complete",
        "first": number == 1,
        "revision": minute,
        "returned": False,
        "at": time(minute),
        "workload": {**workload, "uid": f"{namespace}-{name}", "labels": {}, "annotations": {}},
        "template": {"labels": {}, "annotations": annotations, "containers": [{"name": name, "image": image}]},
        "images": [{"name": name, "image": image, "digests": [f"sha256:{number:064d}"], "reference": image}],
        **more,
    }


def alert(minute: int, ended: int | None = None, **labels: Any) -> dict[str, Any]:
    """What is wrong with the shop in production, unless told otherwise."""
    found = {"alertname": "Errors", "service": "prod/shop", "environment": "prod", **labels}
    ends = time(ended) if ended else "0001-01-01T00:00:00Z"
    one = {"status": "resolved" if ended else "firing", "labels": found, "startsAt": time(minute), "endsAt": ends}
    return {"alerts": [{**one, "annotations": {}, "fingerprint": "f00d"}]}


def links(event: Mapping[str, Any], kind: str) -> list[str]:
    """The ids to which links of a kind lead."""
    found = event["context"].get("links", [])
    return [each["target"]["contextId"] for each in found if each.get("linkKind") == kind]

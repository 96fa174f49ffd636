"""A history of several services, some of them odd."""

from __future__ import annotations

from random import Random

from tests.delivery.changes import HOUR
from tests.delivery.history import ALERTS, CLUSTERS, JENKINS, History, day, image
from tests.delivery.service import PRODUCTION, Service

STEADY = ("billing", "catalog", "search")
DRIFTING, BOUGHT, LINKED = "drifting", "bought", "linked"


def history(changes: int, seed: int = 1) -> History:
    """About so many changes of several services, and the truth of them."""
    made = History(Random(seed))
    for name in STEADY:
        service = Service(made, name)
        while service.changes < changes // len(STEADY):
            service.release()
        service.merge(2)
        made.truth.left_out["merged and not deployed"] += 2
    _drifting(made)
    _bought(made)
    _linked(made)
    return made


def _drifting(made: History) -> None:
    """Of every second deployment the clock says that it was before the merge."""
    service = Service(made, DRIFTING)
    for index in range(6):
        (head,) = service.merge(1)
        early = index % 2 == 1
        at = head.merged + (-30 if early else 600)
        content = {"environment": {"id": PRODUCTION}, "artifactId": image(made.next())}
        made.tell(JENKINS, "service.deployed", at, DRIFTING, content, chain=head.chain)
        made.truth.deployed[DRIFTING][day(at)] += 1
        made.truth.left_out["merged after it was deployed"] += early
        made.truth.leads[DRIFTING] += [] if early else [600]
        service.now += 30 * HOUR


def _bought(made: History) -> None:
    """Nobody knows what it was made of."""
    for index in range(5):
        at = index * 50 * HOUR
        content = {"environment": {"id": PRODUCTION}, "artifactId": f"pkg:generic/{BOUGHT}@{index}"}
        made.tell(JENKINS, "service.deployed", at, BOUGHT, content)
        made.truth.deployed[BOUGHT][day(at)] += 1
    made.truth.left_out["no merge known"] += 5


def _linked(made: History) -> None:
    """Deployments of changes of two branches, and of each an incident that came when both were out: by links alone."""
    service, rollouts = Service(made, LINKED), []
    for _ in range(2):
        changes = [*service.merge(2), *service.merge(1, "libraries")]
        content = {"environment": {"id": PRODUCTION}, "artifactId": image(made.next())}
        links = [("CHANGE", each.event) for each in changes]
        rollouts.append(made.tell(CLUSTERS[0], "service.deployed", service.now, LINKED, content, links=links))
        made.truth.deployed[LINKED][day(service.now)] += 1
        made.truth.leads[LINKED] += [service.now - each.merged for each in changes]
        service.now += HOUR
    known = {"environment": {"id": PRODUCTION}, "service": {"id": LINKED}}
    for number, rollout in enumerate(rollouts):
        made.tell(ALERTS, "incident.detected", service.now, f"late-{number}", known, links=[("ROLLOUT", rollout)])
        made.tell(ALERTS, "incident.resolved", service.now + HOUR, f"late-{number}", known)
        made.truth.failed[LINKED] += 1
        made.truth.recoveries[LINKED].append(HOUR)

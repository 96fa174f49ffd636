"""One service of a history: what was deployed of it, what failed, and how it was mended."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from tests.delivery.changes import HOUR, Change, change, run
from tests.delivery.history import ALERTS, CLUSTERS, JENKINS, REGISTRY, Document, History, commit, day, image

PRODUCTION, STAGING = "production", "staging"
WAYS = ("chain", "commit", "link", "changes")
"""How it is said which changes are in a deployment: its own one in three ways, or all of them by links."""


@dataclass
class Service:
    """One service, at a time of its own that only goes on."""

    history: History
    name: str
    now: int = HOUR
    changes: int = 0
    running: str | None = None
    """The artifact in production."""
    rollout: str = ""
    """The last event that told of it there."""

    def release(self) -> None:
        """Some changes are built and deployed together; what then becomes of them is chance."""
        former = self.running
        way = self.history.random.choice(WAYS)
        self._ship(self.merge(self.history.between(1, 4) if former or way == "changes" else 1), way)
        back = partial(self._rollback, former) if former else self._fine
        fates = (self._fine, self._incident, self._hotfix, self._two_incidents, self._open_incident, back)
        self.history.random.choices(fates, (75, 5, 6, 2, 2, 10))[0]()
        self.now += self.history.between(HOUR, 40 * HOUR)

    def merge(self, count: int, branch: str = "main") -> list[Change]:
        """So many changes are merged, one after the other."""
        merged = []
        for _ in range(count):
            merged.append(change(self.history, self.name, self.now, branch))
            self.now = merged[-1].merged + self.history.between(1, HOUR)
        self.changes += count
        return merged

    def _ship(self, changes: list[Change], way: str) -> None:
        """Builds the last of the changes, and deploys it with all before it."""
        head, truth = changes[-1], self.history.truth
        number = self.history.next()
        chain = self._publish(head, number, way)
        links = {"link": [("TRIGGER", head.event)], "changes": [("CHANGE", each.event) for each in changes]}.get(
            way, []
        )
        self._deploy(STAGING, number, "service.deployed", chain, links)
        self.now += self.history.between(600, 2 * HOUR)
        truth.deployed[self.name][day(self.now)] += 1
        truth.leads[self.name] += [self.now - each.merged for each in changes]
        self._deploy(PRODUCTION, number, "service.upgraded" if self.running else "service.deployed", chain, links)
        self.running = image(number)
        self._restart()

    def _publish(self, head: Change, number: int, way: str) -> str | None:
        """Says where an image is from, by its chain, by a commit, or not yet; the chain."""
        self.now = run(self.history, f"image-{self.name}", self.now, head.chain)
        chain = head.chain if way == "chain" else None
        if way == "commit":
            content = {"change": {"id": commit(head.number), "source": "https://git.example.com/"}}
            self.history.tell(JENKINS, "artifact.packaged", self.now, image(number), content)
        where = "?repository_url=hub.example.com/app"
        self.history.tell(REGISTRY, "artifact.published", self.now, image(number) + where, {}, chain=chain)
        return chain

    def _deploy(
        self, environment: str, number: int, name: str, chain: str | None, links: list[tuple[str, str]]
    ) -> None:
        """A tool tells that it deployed, and each cluster that it did."""
        content = {"environment": {"id": environment}, "artifactId": image(number)}
        self.history.tell(JENKINS, name, self.now, self.name, content, chain=chain, links=links)
        self._roll_out(content)

    def _roll_out(self, content: Document) -> None:
        for seconds, cluster in enumerate(CLUSTERS, start=5):
            self.rollout = self.history.tell(cluster, "service.deployed", self.now + seconds, self.name, content)

    def _restart(self) -> None:
        for wait in range(self.history.between(0, 2)):
            content = {"environment": {"id": PRODUCTION}, "artifactId": self.running}
            cluster = self.history.random.choice(CLUSTERS)
            self.rollout = self.history.tell(cluster, "service.deployed", self.now + 20 + wait, self.name, content)

    def _fine(self) -> None:
        """Nothing happens."""

    def _incident(self) -> None:
        detected = self._detect()
        self.now += self.history.between(60, HOUR)
        self._resolve([detected])

    def _hotfix(self) -> None:
        """A change is picked to another branch and deployed from there; before it, perhaps, what was planned anyway."""
        detected = self._detect()
        self._fail()
        if self.history.random.random() < 0.3:
            self._ship(self.merge(1), self.history.random.choice(WAYS))
        self._ship(self.merge(1, "stable"), self.history.random.choice(WAYS))
        self.history.truth.rework[self.name] += 1
        self.now += 60
        self._end(detected[0])
        self.history.truth.recoveries[self.name].append(self.now - detected[1])

    def _two_incidents(self) -> None:
        """Both are of one deployment, which is mended with the later one's end."""
        both = [self._detect(), self._detect()]
        self.now += self.history.between(60, HOUR)
        self._resolve(both)

    def _open_incident(self) -> None:
        self._detect(f"incident-{self.history.next()}")
        self._fail()
        self.history.truth.left_out["not recovered"] += 1

    def _rollback(self, former: str) -> None:
        """Back to what ran before, and half the time forward to the same again."""
        truth, failed, begun = self.history.truth, self.running, self.now
        self.now += self.history.between(600, HOUR)
        self._return(former, "service.rolledback")
        truth.failed[self.name] += 1
        truth.recoveries[self.name].append(self.now - begun)
        truth.left_out["rollbacks"] += 1
        if self.history.random.random() < 0.5:
            self.now += HOUR
            self._return(failed, "service.deployed")
            truth.left_out["retries"] += 1

    def _return(self, artifact: str | None, name: str) -> None:
        content: Document = {"environment": {"id": PRODUCTION}, "artifactId": artifact}
        self.history.tell(JENKINS, name, self.now, self.name, content)
        self._roll_out(content)
        self.running = artifact

    def _detect(self, incident: str | None = None) -> tuple[str, int]:
        """An alert, which comes again with the next thing that fails: of a service, an artifact, or after a rollout."""
        self.now += self.history.between(300, HOUR)
        name = incident or f"{self.name}/alert-{self.now % 7}-{self.history.next() % 3}"
        known = {"environment": {"id": PRODUCTION}, "service": {"id": self.name}}
        content: Document
        content, links = self.history.random.choice(
            ((known, []), (known | {"artifactId": self.running}, []), ({}, [("ROLLOUT", self.rollout)]))
        )
        self.history.tell(ALERTS, "incident.detected", self.now, name, content, links=links)
        return name, self.now

    def _fail(self) -> None:
        self.history.truth.failed[self.name] += 1

    def _resolve(self, incidents: list[tuple[str, int]]) -> None:
        for name, _ in incidents:
            self._end(name)
        first = incidents[0][1]
        self._fail()
        self.history.truth.recoveries[self.name].append(self.now - first)

    def _end(self, incident: str) -> None:
        content = {"environment": {"id": PRODUCTION}, "service": {"id": self.name}}
        self.history.tell(ALERTS, "incident.resolved", self.now, incident, content)

"""Tells of each revision of each workload of a kind once: when it is complete, has failed, or when all is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from adapters.sources.kubernetes.api import Api, Json
from adapters.sources.kubernetes.following import Change
from adapters.sources.kubernetes.keeping import Kept, Knowing, News, uid
from adapters.sources.kubernetes.rollouts.document import about, brief, completed_at, concerns, finished, given, marks
from adapters.sources.kubernetes.rollouts.evidence import Evidence, Wanted, evidence
from adapters.sources.kubernetes.rollouts.parts import condition, member, text, texts
from adapters.sources.kubernetes.rollouts.services import Service, Services
from adapters.sources.kubernetes.rollouts.standing import Kind, State
from adapters.sources.kubernetes.rollouts.template import containers, fingerprints

_OVER = (State.COMPLETE, State.EMPTY, State.SETTLED)
"""What tells of a workload that is there at the very first that its revision is no news."""

TOGETHER = 250
"""Rollouts that are written at once, of those that a list has."""

_REMEMBERED = 10


class _Due(NamedTuple):
    wanted: Wanted
    state: State


class Rollouts(Knowing):
    """A Follower.

    Of each workload is kept: `settled`, the revision last told of (or not to be told), and whether it `failed`;
    `complete`, the last one that was complete, as `{revision, template, images, labels}`, and as `marks` the workload's
    own labels and annotations by then; `born`, whether it was made since this began; `published`, whether a Service was
    told that answers; `seen`, the hashes of the last that were complete. These tell what no ControllerRevision does:
    one that is wanted again has no word of its old number.
    """

    def __init__(self, kind: Kind, api: Api, namespace: str | None, kept: Kept, services: Services | None) -> None:
        super().__init__(kept)
        self._kind, self._api, self._namespace, self._services = kind, api, namespace, services
        self._lock = asyncio.Lock()
        self._due: dict[str, _Due] = {}

    def begin(self) -> None:
        """As in Follower."""
        super().begin()
        self._due.clear()

    async def listed(self, objects: Sequence[Json]) -> None:
        """As in Follower. What is due of a list is told when all of it is known: the cluster is asked but once."""
        self._listed.update(filter(None, map(uid, objects)))
        async with self._lock:
            news = News(self._kept)
            for key, workload in _workloads(objects):
                if self.position is None and news.of(key) is None:
                    news.known[key] = self._baseline(workload)
                if due := self._judged(news, key, workload):
                    self._due[key] = due
            await self._kept.keep([], news.known)

    async def complete(self, version: str) -> None:
        """As in Follower."""
        async with self._lock:
            found = await self._evidence(self._due)
            while some := dict(islice(self._due.items(), TOGETHER)):
                news = News(self._kept)
                self._tell(news, some, found)
                await self._kept.keep(news.documents, news.known)
                for key in some:
                    del self._due[key], found[key]
            await super().complete(version)

    async def changed(self, changes: Sequence[Change], version: str) -> None:
        """As in Follower."""
        async with self._lock:
            news = News(self._kept)
            there: list[Json] = []
            for change in changes:
                if change.type != "DELETED":
                    there.append(change.object)
                elif key := uid(change.object):
                    await self._judge(news, there)
                    there.clear()
                    self._gone(news, key, change.object)
            await self._judge(news, there)
            await self._kept.keep(news.documents, news.known, version)

    async def answered(self, service: Service) -> None:
        """A Service is new, or chooses other pods: where it is the first that answers, that is told."""
        async with self._lock:
            news = News(self._kept)
            for key in self._kept:
                if (known := news.of(key)) and _waits(known, service):
                    self._published(news, key, service, about(self._kind, _last(key, known)))
            await self._kept.keep(news.documents, news.known)

    async def _judge(self, news: News, objects: Sequence[Json]) -> None:
        """Each in its turn; those about which the cluster has to be asked, together where that is the same."""
        due: dict[str, _Due] = {}
        for key, workload in _workloads(objects):
            if key in due:
                self._tell(news, due, await self._evidence(due))
                due = {}
            if found := self._judged(news, key, workload):
                due[key] = found
        self._tell(news, due, await self._evidence(due))

    def _judged(self, news: News, key: str, workload: Json) -> _Due | None:
        """What is to be told of a workload, if anything is."""
        if text(workload, "metadata", "deletionTimestamp"):
            return None
        known = news.of(key)
        if known is None:
            known = news.known[key] = self._known(workload, born=True)
        revision, state = self._kind.revision(workload), self._kind.state(workload)
        if not (revision and _has_pods(workload) and _is_news(known, revision, state)):
            return None
        template = fingerprints(member(workload, "spec", "template"))
        return _Due(Wanted(key, brief(workload), revision, template), state)

    async def _evidence(self, due: Mapping[str, _Due]) -> dict[str, Evidence]:
        wanted = [each.wanted for each in due.values()]
        if not wanted:
            return {}
        return await asyncio.to_thread(evidence, self._api, self._kind, wanted, self._namespace)

    def _tell(self, news: News, due: Mapping[str, _Due], found: Mapping[str, Evidence]) -> None:
        for key, each in due.items():
            known = news.of(key) or {}
            if each.state is State.FAILED:
                self._failed(news, each.wanted, found[key], known)
            else:
                self._complete(news, each.wanted, found[key], known)

    def _complete(self, news: News, wanted: Wanted, found: Evidence, known: Json) -> None:
        now, last = found.fingerprints(wanted), known["complete"]
        document = finished(self._kind, wanted.workload, _number(wanted, found), found)
        hash_, seen = document.get("hash"), known["seen"]
        document["returned"] |= hash_ in seen
        seen = [*(each for each in seen if each != hash_), *([hash_] if hash_ else [])][-_REMEMBERED:]
        complete = given(revision=document.get("revision"), template=now, images=_lasting(document["images"]))
        complete["labels"] = document["template"]["labels"]
        news.known[wanted.uid] = {
            **known,
            "settled": wanted.revision,
            "failed": False,
            "complete": complete,
            "marks": marks(self._kind, wanted.workload),
            "seen": seen,
        }
        at = completed_at(wanted.workload, found)
        if not _only_restarted(now, last["template"] if last else found.before):
            first = document.get("revision") == 1 or (known["born"] and last is None)
            more = given(at=at, before=_told(last), first=first)
            news.documents.append({"type": "complete", **document, **more})
        if self._services and (service := self._services.answers(known.get("namespace"), complete["labels"])):
            self._published(news, wanted.uid, service, document["workload"], at)

    def _failed(self, news: News, wanted: Wanted, found: Evidence, known: Json) -> None:
        if not concerns(wanted.workload, found):
            return
        progress = condition(wanted.workload, "Progressing")
        why = given(
            at=text(progress, "lastTransitionTime"),
            reason=text(progress, "reason"),
            message=text(progress, "message"),
            before=_told(known["complete"]),
        )
        document = finished(self._kind, wanted.workload, _number(wanted, found), found)
        news.known[wanted.uid] = {**known, "settled": wanted.revision, "failed": True}
        news.documents.append({"type": "failed", **document, **why, "waiting": found.waiting()})

    def _gone(self, news: News, key: str, workload: Json) -> None:
        known = news.of(key)
        if known is None:
            return
        news.known[key] = None
        if known["complete"]:
            last = workload or _last(key, known)
            at = text(last, "metadata", "deletionTimestamp")
            document = given(type="gone", workload=about(self._kind, last), at=at, before=_told(known["complete"]))
            news.documents.append(document)

    def _published(self, news: News, key: str, service: Service, workload: Json, at: str | None = None) -> None:
        """The first Service that answers for it is told, and no other."""
        known = news.of(key)
        if known and not known["published"]:
            news.known[key] = {**known, "published": True}
            document = given(type="published", workload=workload, at=at, **_told(known["complete"]) or {})
            news.documents.append({**document, "service": service.name})

    def _known(self, workload: Json, *, born: bool) -> Json:
        names = given(namespace=text(workload, "metadata", "namespace"), name=text(workload, "metadata", "name"))
        return {
            **names,
            "settled": None,
            "failed": False,
            "complete": None,
            "born": born,
            "seen": [],
            "published": False,
        }

    def _baseline(self, workload: Json) -> Json:
        """What is kept of a workload that is there at the very first: a revision that was complete is no news."""
        known, revision, state = (
            self._known(workload, born=False),
            self._kind.revision(workload),
            self._kind.state(workload),
        )
        if state is State.FAILED:
            return {**known, "settled": revision, "failed": True}
        if state not in _OVER or revision is None:
            return known
        template = member(workload, "spec", "template")
        number = int(revision) if revision.isdecimal() else None
        labels, images = texts(template, "metadata", "labels"), _lasting(Evidence().images(template))
        complete = given(revision=number, template=fingerprints(template), images=images, labels=labels)
        answered = self._services is not None and self._services.answers(known.get("namespace"), labels) is not None
        there = {"complete": complete, "marks": marks(self._kind, workload), "published": answered}
        return {**known, "settled": revision, **there}


def _workloads(objects: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    for each in objects:
        if key := uid(each):
            yield key, each


def _last(key: str, known: Json) -> Json:
    """A workload that nobody sees any more, by what is known of it: its names, and whose it was."""
    names = given(namespace=known.get("namespace"), name=known.get("name"))
    return {"metadata": {**known.get("marks", {}), **names, "uid": key}}


def _waits(known: Json, service: Service) -> bool:
    """Whether what is known of a workload says that it runs, and that this Service is the first that answers for it."""
    complete = known["complete"]
    return bool(
        complete
        and not known["published"]
        and known.get("namespace") == service.namespace
        and service.chooses(complete["labels"])
    )


def _has_pods(workload: Json) -> bool:
    """Whether it says which containers its pods have, or where that is said: what does not is no workload."""
    return bool(containers(member(workload, "spec", "template")) or member(workload, "spec", "workloadRef"))


def _is_news(known: Json, revision: str, state: State) -> bool:
    """One that failed may still become complete; one that was complete is over, whatever its pods come to."""
    if known["settled"] != revision:
        return state in (State.COMPLETE, State.FAILED)
    return bool(known["failed"]) and state is State.COMPLETE


def _number(wanted: Wanted, found: Evidence) -> int | None:
    if wanted.revision.isdecimal():
        return int(wanted.revision)
    return found.current.number if found.current else None


def _lasting(images: Sequence[Json]) -> list[Json]:
    """Images without what each node says of them."""
    return [{name: value for name, value in each.items() if name != "imageIDs"} for each in images]


def _only_restarted(now: tuple[str, str], before: Sequence[str] | None) -> bool:
    """Whether a template differs from the one before in what starts pods anew, and in nothing else."""
    return before is not None and now[0] != before[0] and now[1] == before[1]


def _told(complete: Json | None) -> Json | None:
    """What is told of a revision that was complete before."""
    return complete and {name: value for name, value in complete.items() if name not in ("template", "labels")}

"""The telling of a history: events as several tools tell them, again and again, in other time zones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha1, sha256
from random import Random
from typing import Any

import orjson

from tests.delivery.truth import Truth

START = datetime(2026, 1, 5, tzinfo=UTC)
GERRIT, JENKINS, REGISTRY, ALERTS = (f"https://{name}.example.com/" for name in ("gerrit", "jenkins", "hub", "alerts"))
CLUSTERS = ("https://k8s-a.example.com/", "https://k8s-b.example.com/")
_EAST = timezone(timedelta(hours=5, minutes=30))

Document = dict[str, Any]


@dataclass
class History:
    """What was told, and the truth of it. Times are in seconds since START."""

    random: Random
    truth: Truth = field(default_factory=Truth)
    documents: list[Document] = field(default_factory=list)
    number: int = 0

    def told(self) -> list[Document]:
        """The events in no order, a few of them more than once."""
        again = [each for each in self.documents if self.random.random() < 0.03]
        told = [*self.documents, *again]
        self.random.shuffle(told)
        return told

    def lines(self) -> list[bytes]:
        """The same, each in a CloudEvent, as lines without their ends."""
        return [orjson.dumps({"specversion": "1.0", "data": each}) for each in self.told()]

    def next(self) -> int:
        """A number that nothing had before."""
        self.number += 1
        return self.number

    def between(self, least: int, most: int) -> int:
        """Some number of seconds."""
        return self.random.randint(least, most)

    def tell(  # noqa: PLR0913 - what an event may have
        self,
        source: str,
        name: str,
        at: float,
        subject: str,
        content: Document,
        *,
        chain: str | None = None,
        custom: Document | None = None,
        links: Iterable[tuple[str, str]] = (),
    ) -> str:
        """Adds an event; its id. One of the clusters lives by another clock's time.

        `links` are kinds of relations, and the ids that they lead to.
        """
        id_ = f"event-{self.next()}"
        moment = (START + timedelta(seconds=at)).astimezone(_EAST if source == CLUSTERS[1] else UTC)
        context = {"specversion": "0.5.1", "id": id_, "source": source, "type": f"dev.cdevents.{name}.0.3.0"}
        context["timestamp"] = moment.isoformat()
        relations = [{"linkType": "RELATION", "linkKind": kind, "target": {"contextId": to}} for kind, to in links]
        document = {
            "context": context | ({"chainId": chain} if chain else {}) | ({"links": relations} if relations else {}),
            "subject": {"id": subject, "content": content},
        }
        self.documents.append(document | ({"customData": custom} if custom else {}))
        self.truth.seen(day(at))
        return id_


def day(at: float) -> date:
    """The day of a time, in UTC."""
    return (START + timedelta(seconds=at)).date()


def commit(number: int) -> str:
    """The hash of a commit."""
    return sha1(str(number).encode()).hexdigest()


def image(number: int) -> str:
    """The package URL of an image."""
    return f"pkg:oci/app@sha256:{sha256(str(number).encode()).hexdigest()}"

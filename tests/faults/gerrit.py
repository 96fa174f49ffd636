"""A tool that never rests: uploads to many changes, each told until it is accepted."""

from __future__ import annotations

import http.client
import itertools
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import orjson

from tests.service import Service

PEOPLE = 4
"""How many upload at once."""

PACE = 0.02
"""Seconds from one upload of a person to the next."""


class Gerrit:
    """What a sidecar has accepted: by change, as a CDEvent names it, its patch sets in order, number 1 first."""

    def __init__(self, sidecar: Service, people: Executor) -> None:
        self.accepted: dict[str, list[bytes]] = {}
        self._sidecar = sidecar
        self._rest = Event()
        shares = [range(10 * person, 10 * person + 10) for person in range(PEOPLE)]
        self._work = [people.submit(self._upload, share) for share in shares]

    def rest(self) -> None:
        """Ends all uploads; returns when nobody says anything any more."""
        self._rest.set()
        for each in self._work:
            each.result()

    def _upload(self, changes: range) -> None:
        """Adds patch sets to these changes in turn; what is not accepted is told again, as it was."""
        for count, change in enumerate(itertools.cycle(changes)):
            body = patch_set(change, 1 + count // len(changes))
            while not self._accepts(body):
                if self._rest.wait(PACE):
                    return
            self.accepted.setdefault(f"shop~{change}", []).append(body)
            if self._rest.wait(PACE):
                return

    def _accepts(self, body: bytes) -> bool:
        try:
            status, _ = self._sidecar.ask("POST", "/gerrit", body, {"Content-Type": "application/json"})
        except (OSError, http.client.HTTPException):
            return False
        return status == http.client.ACCEPTED


@contextmanager
def uploading(sidecar: Service) -> Iterator[Gerrit]:
    """A Gerrit that tells a sidecar of uploads, from now to the end."""
    with ThreadPoolExecutor(PEOPLE) as people:
        gerrit = Gerrit(sidecar, people)
        try:
            yield gerrit
        finally:
            gerrit.rest()


def patch_set(change: int, number: int) -> bytes:
    """A notification whose bytes nobody else would write."""
    event = {
        "type": "patchset-created",
        "eventCreatedOn": 1767312000 + number,
        "change": {"project": "shop", "number": change, "subject": "Gr\u00fc\u00dfe"},
        "patchSet": {"number": number},
    }
    return orjson.dumps(event, option=orjson.OPT_INDENT_2)

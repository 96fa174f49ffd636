"""Tools that never rest: three that post, and one that writes a log, which is rotated."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import orjson

from tests.faults.gerrit import patch_set
from tests.service import Service, build

PACE = 0.08
"""Seconds from one turn to the next; in each, every tool says one thing."""

ROTATE = 250
"""Lines after which the log is rotated; the one before it is deleted then."""


class Tools:
    """`said` has the hashes of what was said: of bodies that were accepted, and of lines of the log.

    `late` counts the answers that took a second or more.
    """

    def __init__(self, sidecar: Service, log: Path) -> None:
        self.said: set[int] = set()
        self.refused = 0
        self.late = 0
        self._sidecar, self._log = sidecar, log
        self._rest = Event()
        self._talking = ThreadPoolExecutor(1, "tools").submit(self._talk)

    def rest(self) -> None:
        """Ends all talk; returns when nobody says anything any more, and raises what has ended the talk before."""
        self._rest.set()
        self._talking.result()

    def _talk(self) -> None:
        for number in itertools.count(1):
            self._post("/jenkins", build(number))
            self._post("/gerrit", patch_set(number % 100, number))
            self._post("/registry", push(number))
            self._write(line(number), rotate=number % ROTATE == 0)
            if self._rest.wait(PACE):
                return

    def _post(self, path: str, body: bytes) -> None:
        began = time.monotonic()
        status, _ = self._sidecar.ask("POST", path, body, {"Content-Type": "application/json"})
        self.late += time.monotonic() - began >= 1
        if status == 202:
            self.said.add(hash(body))
        else:
            self.refused += 1

    def _write(self, line: bytes, *, rotate: bool) -> None:
        if rotate:
            self._log.rename(self._log.with_name(f"{self._log.name}.1"))
        with self._log.open("ab") as log:
            log.write(line + b"\n")
        self.said.add(hash(line))


@contextmanager
def talking(sidecar: Service, log: Path) -> Iterator[Tools]:
    """Tools that talk to a sidecar from now to the end."""
    tools = Tools(sidecar, log)
    try:
        yield tools
    finally:
        tools.rest()


def push(number: int) -> bytes:
    """What a registry says of an image that was pushed."""
    digest = f"sha256:{number:064x}"
    target = {
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": digest,
        "repository": "team/app",
        "tag": str(number),
    }
    event = {
        "id": f"event-{number}",
        "timestamp": "2026-01-02T00:00:00Z",
        "action": "push",
        "target": target,
        "request": {"id": f"request-{number}", "host": "registry.example.com", "method": "PUT"},
    }
    return orjson.dumps({"events": [event]})


def line(number: int) -> bytes:
    """What Gerrit's replication plugin logs of a push to a mirror."""
    push = f"[2026-01-02T00:00:00.000Z] [{number:08x}]"
    return f"{push} Replication to https://mirror.example.com/shop.git completed in {number} ms".encode()

"""Input that nobody would send on purpose, and some would: it is answered or parked, and the service goes on."""

from __future__ import annotations

import copy
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from tests.service import Service, build, running

pytestmark = pytest.mark.slow

PATHS = ("/jenkins", "/gerrit", "/registry")
ANSWERS = {202, 400, 413}
HUGE = 100 << 20

GOOD: dict[str, Any] = {
    "/jenkins": orjson.loads(build(7)),
    "/gerrit": {
        "type": "patchset-created",
        "eventCreatedOn": 1718000000,
        "project": "team/app",
        "refName": "refs/heads/main",
        "changeKey": {"id": "I" + "0" * 40},
        "uploader": {"name": "A", "email": "a@example.com", "username": "a"},
        "patchSet": {"number": 1, "revision": "a" * 40, "ref": "refs/changes/01/1/1", "createdOn": 1718000000},
        "change": {"project": "team/app", "branch": "main", "id": "I" + "0" * 40, "number": 1, "subject": "s"},
    },
    "/registry": {
        "events": [
            {
                "id": "e1",
                "timestamp": "2024-06-10T06:13:20.123456789Z",
                "action": "push",
                "target": {
                    "mediaType": "application/vnd.oci.image.manifest.v1+json",
                    "digest": "sha256:" + "a" * 64,
                    "repository": "team/app",
                    "tag": "1.0",
                },
                "request": {"id": "r", "host": "registry.example.com", "method": "PUT"},
                "actor": {"name": "ci"},
                "source": {"addr": "r:5000"},
            }
        ]
    },
}

WRONG: list[Any] = [
    None,
    True,
    -1,
    0,
    1.5,
    10**400,
    "",
    "x" * 10_000,
    "\ud800",
    "\u0000",
    [],
    [[]],
    {},
    {"": {}},
    "NaN",
    "2024",
]


def test_a_thousand_hostile_bodies_leave_it_running(tmp_path: Path) -> None:
    """Each is answered with a status that says what became of it; what was accepted is published or has a reason."""
    with running(tmp_path) as service:
        answers = Counter(service.ask("POST", path, body)[0] for path, body in hostile(random.Random(1)))
        assert answers.total() >= 1000
        assert set(answers) <= ANSWERS, answers
        assert service.ask("POST", "/jenkins", build(8))[0] == 202
        assert service.stop() == 0
        assert "Traceback" not in service.log()
        assert every_reason(service)
        assert "job/load/8/" in {event["subject"] for event in service.published("cdevents")}
        assert len(service.published("legacy")) == answers[202] + 1


def test_a_hundred_megabytes_are_refused_without_being_kept(tmp_path: Path) -> None:
    """A body far beyond the limit costs neither memory nor the service, whether it is refused or parked."""
    with running(tmp_path) as service:
        assert service.process is not None
        process = psutil.Process(service.process.pid)
        before = process.memory_info().rss
        for path in PATHS:
            assert refused(service, path, b"[" * HUGE)
        assert process.memory_info().rss - before < HUGE / 2
        assert service.ask("POST", "/jenkins", build(9))[0] == 202


def refused(service: Service, path: str, body: bytes) -> bool:
    """Whether a body was answered with 413, or the connection closed while it was still being sent."""
    try:
        return service.ask("POST", path, body)[0] in (202, 413)
    except (BrokenPipeError, ConnectionResetError):
        return True


def every_reason(service: Service) -> list[str]:
    """The reasons of all dead letters, each of which says something."""
    with sqlite3.connect(service.folder / "journal.db") as journal:
        reasons = [reason for (reason,) in journal.execute("SELECT reason FROM dead_letter")]
    assert all(reason.strip() for reason in reasons)
    return reasons


def hostile(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """A thousand bodies and more, a third to each path."""
    for path in PATHS:
        whole = orjson.dumps(GOOD[path])
        yield from ((path, whole[: chance.randrange(len(whole))] or b"x") for _ in range(80))
        yield from ((path, scrambled(whole, chance)) for _ in range(80))
        yield from ((path, body) for body in nested())
        yield from ((path, encoded(mutant)) for mutant in mutants(GOOD[path], chance, 200))


def scrambled(whole: bytes, chance: random.Random) -> bytes:
    """The body with one byte changed to any other, so that often it is no UTF-8."""
    at = chance.randrange(len(whole))
    return whole[:at] + bytes([chance.randrange(256)]) + whole[at + 1 :]


def nested() -> Iterator[bytes]:
    """Bodies that would exhaust a parser's or an encoder's stack."""
    for depth in (100, 250, 300, 900, 1100, 100_000):
        yield b"[" * depth + b"]" * depth
        yield b'{"build":' * depth + b"1" + b"}" * depth
        yield b"<a>" * depth + b"</a>" * depth
    yield from (b"\xff" * 100, b"\x00", b"\xef\xbb\xbf{}", b"1e999999", b"9" * 100_000, b'"\\ud800"', b"{}{}", b"null")


def mutants(good: Any, chance: random.Random, count: int) -> Iterator[Any]:
    """The value with something wrong in one of its places, each place several times."""
    places = list(walk(good))
    for number in range(count):
        mutant = copy.deepcopy(good)
        *way, last = places[number % len(places)]
        inside = mutant
        for step in way:
            inside = inside[step]
        inside[last] = chance.choice(WRONG)
        yield mutant


def walk(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a value."""
    if at:
        yield at
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from walk(inner, (*at, key))


def encoded(value: Any) -> bytes:
    """JSON even of what strict encoders refuse: lone surrogates, and numbers of 400 digits."""
    return json.dumps(value).encode()

"""What is very large, or deadly, under a real service: it is published or put aside, and holds up nobody for long."""

from __future__ import annotations

import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import orjson
import pytest

from adapters.journal import Database, deadletters
from adapters.journal.deadletters import DeadLetter
from adapters.model import LARGE
from adapters.route.foresight import AHEAD
from tests.checkout import ROOT
from tests.service import Service, build, configuration, running
from tests.waiting import until

DEADLY = (str(ROOT / "tests" / "deadly.py"),)
MEMORY = 256 << 10
"""KiB: what the shipped container may use."""


def service_config(**sources: str) -> str:
    """Sources by the mapping of each, both forms into files."""
    return configuration(
        sources={
            name: {
                "type": "webhook",
                "path": f"/{name}",
                "instance": f"https://{name}.example.com/",
                "mapping": mapping,
            }
            for name, mapping in sources.items()
        },
        sinks={name: {"type": "file", "path": f"{name}.jsonl"} for name in ("legacy", "cdevents")},
        routes={name: {"format": name, "sink": name} for name in ("legacy", "cdevents")},
    )


def peak(service: Service) -> int:
    """The most memory that it has had, in KiB."""
    assert service.process is not None
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def letters(folder: Path) -> list[DeadLetter]:
    """What was put aside."""
    with Database(folder / "journal.db") as database:
        return deadletters.listed(database)


def junit(cases: int) -> bytes:
    """An honest report of one suite with so many cases."""
    each = (f'<testcase classname="com.acme.shop.Test{n % 90}" name="case{n}" time="0.01"/>' for n in range(cases))
    return f'<testsuite name="all" timestamp="2026-05-04T10:11:12" tests="{cases}">{"".join(each)}</testsuite>'.encode()


def pushes(size: int) -> tuple[bytes, int]:
    """A registry's batch of about so many bytes, and how many events are in it."""
    events: list[bytes] = []
    while sum(map(len, events[-1:])) * len(events) < size:
        number = len(events)
        target = {
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": f"sha256:{number:064x}",
            "repository": "team/app",
            "size": 700,
            "references": [
                {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": f"sha256:{number:064x}", "size": 9},
                {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": f"sha256:{number:064x}", "size": 9},
            ],
        }
        request = {"id": f"request-{number}", "addr": "192.0.2.7:51234", "host": "r.example.com", "method": "PUT"}
        head = {"id": f"event-{number}", "timestamp": "2026-05-04T10:11:12Z", "action": "push"}
        events.append(orjson.dumps({**head, "target": target, "request": request, "actor": {}}))
    return b'{"events":[' + b",".join(events) + b"]}", len(events)


@pytest.mark.slow
def test_large_and_honest_records_are_published_whole_in_little_memory(tmp_path: Path) -> None:
    """66,000 test cases and ten thousand pushes, each in one notification: all of them, while others are answered."""
    batch, number = pushes(9_500_000)
    with running(tmp_path, service_config(tests="junit/report", registry="registry/distribution")) as service:
        for name, body, count in (("tests", junit(66_000), 66_002), ("registry", batch, number)):
            before = len(service.published("cdevents"))
            assert service.ask("POST", f"/{name}", body)[0] == 202
            longest = 0.0
            while service.lag():
                began = time.monotonic()
                service.ask("GET", "/healthz")
                longest = max(longest, time.monotonic() - began)
            assert len(service.published("cdevents")) - before == count
            assert longest < 5
        assert len({event["id"] for event in service.published("cdevents")}) == 66_002 + number
        assert len(service.published("legacy")) == 2
        assert peak(service) < MEMORY
        assert letters(tmp_path) == []
        assert service.stop() == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("registry", b"[" + b"0," * 4_900_000 + b"0]"),
        ("registry", b"[" + b'{"a":0},' * 1_200_000 + b"0]"),
        ("registry", b"[" * 9_000_000),
        ("registry", b'{"a":' * 1_900_000),
        ("tests", b"<r>" + b"<a/>" * 2_400_000 + b"</r>"),
        ("tests", b"<a>" * 3_000_000),
        ("tests", b"<r" + b"".join(b' a%d=""' % n for n in range(800_000)) + b"/>"),
        ("tap", b"1..1\n" + b"\n" * 9_000_000),
        ("tap", b"ok\n" * 3_000_000),
    ],
    ids=[
        "numbers",
        "objects",
        "deep lists",
        "deep objects",
        "elements",
        "deep elements",
        "attributes",
        "empty lines",
        "lines",
    ],
)
def test_many_small_values_do_not_fill_the_memory(tmp_path: Path, source: str, body: bytes) -> None:
    """Ten megabytes of them are put aside with a reason, before they are objects; what comes next is published."""
    sources = {"registry": "registry/distribution", "tests": "junit/report", "tap": "tap/report"}
    with running(tmp_path, service_config(**sources, jenkins="jenkins/notification")) as service:
        assert service.ask("POST", f"/{source}", body)[0] == 202
        assert service.ask("POST", "/jenkins", build(7))[0] == 202
        until(lambda: not service.lag())
        assert peak(service) < MEMORY
        assert [event["subject"] for event in service.published("cdevents")][-1:] == ["job/load/7/"]
        assert [each.seq for each in letters(tmp_path)] == [1]
        assert service.stop() == 0


@pytest.mark.parametrize("padding", [AHEAD, LARGE], ids=["small", "large"])
def test_what_ended_the_process_twice_is_put_aside(tmp_path: Path, padding: int) -> None:
    """Whatever its size: after a few starts it is a dead letter, and all that is beside it is published.

    It is on disk before it is rendered, as what is not rendered ahead is; its sender may hear nothing.
    """
    deadly = build(2).replace(b'"log":""', b'"log":"deadly%s"' % (b" " * padding))
    with running(tmp_path, service_config(jenkins="jenkins/notification"), DEADLY) as service:
        assert service.ask("POST", "/jenkins", build(1))[0] == 202
        with suppress(OSError, HTTPException):
            assert service.ask("POST", "/jenkins", deadly)[0] == 202
        starts = 0
        while not delivers(service):
            starts += 1
            assert starts < 8, service.log()[-2000:]
        assert service.ask("POST", "/jenkins", build(3))[0] == 202
        assert service.stop() == 0
    assert {event["subject"] for event in service.published("cdevents")} == {"job/load/1/", "job/load/3/"}
    found = letters(tmp_path)
    assert {(each.route, each.seq) for each in found} <= {("cdevents", 2), ("legacy", 2)}
    assert all("ended or stalled the process" in each.reason for each in found)
    assert found


def delivers(service: Service) -> bool:
    """Whether it delivers all that it has without coming to an end; it is started again where it has."""
    assert service.process is not None
    try:
        until(lambda: not service.lag())
    except (OSError, HTTPException):
        service.process.wait(30)
        with suppress(RuntimeError):
            service.start()
        return False
    return True

"""A sidecar that is told to leave something out never has it on disk, nor publishes it, however it is heard."""

from __future__ import annotations

import hmac
from pathlib import Path
from typing import Any

import orjson

from adapters.config import Config
from adapters.replay.plan import Replay
from adapters.replay.run import replay
from tests.service import INSTANCE, Service, build, configuration, running
from tests.waiting import until

SECRET, KEY = "hunter2x5kq", "shared-with-the-tool"
REDACT = {"keys": [r"^build\.log$"], "text": ["ref=(\\w+)"]}
PUBLISHED: dict[str, Any] = {
    "sinks": {name: {"type": "file", "path": f"{name}.jsonl"} for name in ("legacy", "cdevents")},
    "routes": {name: {"format": name, "sink": name} for name in ("legacy", "cdevents")},
}
JENKINS = {
    "type": "webhook",
    "path": "/jenkins",
    "instance": INSTANCE,
    "mapping": "jenkins/notification",
    "redact": REDACT,
}


def told(number: int) -> bytes:
    """The end of a build that was given a password, and has logged it."""
    body = orjson.loads(build(number))
    body["build"] |= {"parameters": {"DB_PASSWORD": SECRET, "TARGET": "lab"}, "log": SECRET, "notes": f"ref={SECRET}"}
    return orjson.dumps(body)


def on_disk(folder: Path) -> bytes:
    """All that it has written: journal, logs, events."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file() and path.suffix != ".in")


def both(sidecar: Service, count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What it has published in both forms, when that is so much."""
    until(lambda: len(sidecar.published("legacy")) == count == len(sidecar.published("cdevents")))
    return sidecar.published("legacy"), sidecar.published("cdevents")


def test_a_webhook_keeps_no_secret(tmp_path: Path) -> None:
    """It is verified as it was sent; sent again, it has the same id; the message says that something is missing."""
    signed = {"header": "x-signature", "secret": KEY}
    config = configuration(sources={"jenkins": {**JENKINS, "auth": {"hmac": signed}}}, **PUBLISHED)
    body = told(7)
    headers = {"content-type": "application/json", "x-signature": hmac.new(KEY.encode(), body, "sha256").hexdigest()}
    with running(tmp_path, config) as sidecar:
        answers = [sidecar.ask("POST", "/jenkins", body, headers)[0] for _ in range(2)]
        legacy, cdevents = both(sidecar, 2)
        sidecar.stop()
    assert answers == [202, 202]
    assert SECRET.encode() not in on_disk(tmp_path)
    first, second = legacy
    assert (first["redacted"], first["id"]) == ("3", second["id"])
    said = first["data"]["build"]
    assert said["parameters"] == {"DB_PASSWORD": "[redacted]", "TARGET": "lab"}
    assert (said["log"], said["notes"]) == ("[redacted]", "ref=[redacted]")
    assert {each["subject"] for each in cdevents} == {"job/load/7/"}


def test_a_tail_keeps_no_secret(tmp_path: Path) -> None:
    """Lines of which something was left out keep their places, and with them their ids; other lines are as written."""
    (tmp_path / "app.in").write_text(f"ref={SECRET}\nref={SECRET}\nplain\n")
    source = {"type": "tail", "paths": ["*.in"], "instance": "https://app.example.com/", "redact": REDACT}
    config = configuration(
        sources={"app": source},
        sinks={"legacy": PUBLISHED["sinks"]["legacy"]},
        routes={"legacy": PUBLISHED["routes"]["legacy"]},
    )
    with running(tmp_path, config) as sidecar:
        until(lambda: len(sidecar.published("legacy")) == 3)
        found = sidecar.published("legacy")
        sidecar.stop()
    assert [each["data"] for each in found] == ["ref=[redacted]", "ref=[redacted]", "plain"]
    assert [each.get("redacted") for each in found] == ["1", "1", None]
    assert len({each["id"] for each in found}) == 3
    assert SECRET.encode() not in on_disk(tmp_path)


async def test_a_replay_publishes_no_secret(tmp_path: Path) -> None:
    """Neither in an event nor in a dead letter; its legacy events have the ids that a sidecar gives them."""
    (tmp_path / "history.ndjson.in").write_bytes(told(7) + b"\n" + f'{{"password": "{SECRET}"'.encode())
    routes = {"legacy": {"format": "legacy", "sink": "legacy"}, "cdevents": {"format": "cdevents", "sink": "legacy"}}
    sinks = {"legacy": {"type": "file", "path": str(tmp_path / "replayed.jsonl")}}
    config = Config.model_validate({"sources": {"jenkins": JENKINS}, "sinks": sinks, "routes": routes})
    for route in routes:
        plan = Replay(config, "jenkins", route, [str(tmp_path / "history.ndjson.in")], tmp_path / f"{route}.json")
        await replay(plan, lambda _: None)
    assert (tmp_path / "cdevents.dead-letters.jsonl").exists()
    assert SECRET.encode() not in on_disk(tmp_path)
    first = orjson.loads((tmp_path / "replayed.jsonl").read_bytes().splitlines()[0])
    with running(tmp_path, configuration(sources={"jenkins": JENKINS}, **PUBLISHED)) as sidecar:
        sidecar.ask("POST", "/jenkins", told(7))
        legacy, _ = both(sidecar, 1)
    assert legacy[0]["id"] == first["id"]

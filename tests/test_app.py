"""The whole sidecar on real sockets: it publishes, drains, reloads, and dies loudly."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog.testing

from adapters import app
from adapters.errors import AddressUnavailable, ConfigError, JournalUnavailable
from adapters.model import Message, Receive
from adapters.sinks import SINKS, SinkType
from adapters.sinks.stdout import StdoutSettings
from adapters.sources import SOURCES, SourceType, stalls
from adapters.sources.tail.locator import Locator
from adapters.sources.webhook import WebhookSettings
from tests.living import MAPPING, Living, ready, started
from tests.service import Service, free_port
from tests.waiting import PATIENCE, eventually


@pytest.fixture
def living(tmp_path: Path) -> Living:
    """A sidecar that is not started yet."""
    return Living(tmp_path)


async def test_what_it_hears_it_publishes_before_it_stops(living: Living) -> None:
    """Everything acknowledged is in both files when a stop returns, in order, each form naming the other."""
    async with started(living, living.config()):
        assert [await living.post(number) for number in range(30)] == [202] * 30
    legacy, cdevents = living.published("legacy"), living.published("cdevents")
    assert [event["data"]["url"] for event in legacy] == [f"run/{number}" for number in range(30)]
    assert [event["data"]["subject"]["id"] for event in cdevents] == [f"run/{number}" for number in range(30)]
    assert [event["cdeventids"] for event in legacy] == [event["id"] for event in cdevents]
    assert [event["legacyid"] for event in cdevents] == [event["id"] for event in legacy]


async def test_a_stop_ends_in_time_and_nothing_is_lost(living: Living) -> None:
    """With a sink that is down, `drain` is the bound; what is left goes out after the next start."""
    deaf = {"type": "http", "url": f"http://127.0.0.1:{free_port()}/"}
    server = {"listen": f"127.0.0.1:{living.port}", "drain": "300ms"}
    down = living.config(server=server, sinks={"legacy": deaf, "cdevents": deaf})
    with structlog.testing.capture_logs() as logs:
        async with started(living, down) as running:
            assert await living.post(1) == 202
            living.stop.set()
            await asyncio.wait_for(running, 10)
    assert [each["records"] for each in logs if "time is out" in each["event"]] == [{"legacy": 1, "cdevents": 1}]
    living.stop.clear()
    async with started(living, living.config()):
        pass
    assert [event["data"]["url"] for event in living.published("legacy")] == ["run/1"]
    assert len(living.published("cdevents")) == 1


async def test_who_posts_while_it_stops_is_acknowledged(living: Living) -> None:
    """While a sink that is down holds up the stop, with connections that end; the next start publishes it."""
    deaf = {"type": "http", "url": f"http://127.0.0.1:{free_port()}/"}
    server = {"listen": f"127.0.0.1:{living.port}", "drain": "1s"}
    down = living.config(server=server, sinks={"legacy": deaf, "cdevents": deaf})
    with structlog.testing.capture_logs() as logs:
        async with started(living, down):
            assert await living.post(1) == 202
            living.stop.set()
            await eventually(lambda: any(each["event"] == "stopping" for each in logs))
            answer = await living.ask("POST", "/hook", json={"url": "run/2"})
            assert (answer.status_code, answer.headers["connection"]) == (202, "close")
    living.stop.clear()
    async with started(living, living.config()):
        pass
    assert [event["data"]["url"] for event in living.published("legacy")] == ["run/1", "run/2"]


async def test_a_request_that_never_ends_does_not_hold_up_a_stop(living: Living) -> None:
    """Half a body, then silence: what was heard before is published, and the stop returns in its time."""
    config = living.config(server={"listen": f"127.0.0.1:{living.port}", "drain": "3s"})
    async with started(living, config) as running:
        assert await living.post(1) == 202
        _, writer = await asyncio.open_connection("127.0.0.1", living.port)
        writer.write(b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
        await writer.drain()
        await living.post(2)
        living.stop.set()
        await asyncio.wait_for(running, 10)
        writer.close()
    assert len(living.published("cdevents")) == 2


async def test_a_hangup_reloads_the_mapping(living: Living) -> None:
    """The new one holds for what comes after; a broken one is reported, and changes nothing."""
    async with started(living, living.config()):
        await living.post(1)
        await published(living, 1)
        for text, number in ((MAPPING.replace("success", "failure"), 2), ("nonsense: 1", 3)):
            (living.folder / "mapping.yaml").write_text(text)
            with structlog.testing.capture_logs() as logs:
                living.hangup.set()
                await eventually(lambda: logs)
            await living.post(number)
    outcomes = [event["data"]["subject"]["content"]["outcome"] for event in living.published("cdevents")]
    assert outcomes == ["success", "failure", "failure"]
    assert {each["log_level"] for each in logs} == {"error"}


async def published(living: Living, count: int) -> None:
    """Returns when so many CDEvents are in their file."""
    await eventually(lambda: len(living.published("cdevents")) >= count)


async def test_a_journal_that_is_gone_is_not_ready(living: Living) -> None:
    """503 for tools and probes while it is away; alive all the same, and ready again when it is back."""
    async with started(living, living.config()):
        (living.folder / "journal.db").rename(living.folder / "away")
        assert await living.post(1) == 503
        answer = await living.ask("GET", "/readyz")
        assert answer.status_code == 503
        assert "the file was moved or deleted" in answer.json()["reasons"][0]
        assert (await living.ask("GET", "/healthz")).status_code == 200
        (living.folder / "away").rename(living.folder / "journal.db")
        assert await living.post(2) == 202
        assert (await living.ask("GET", "/readyz")).json() == {"ready": True, "reasons": []}
    assert [event["data"]["url"] for event in living.published("legacy")] == ["run/2"]


async def test_health_and_metrics_may_have_an_address_of_their_own(living: Living) -> None:
    """Who can post can then not ask for them, and who asks for them can not post; they answer until the very end."""
    admin = free_port()
    server = {"listen": f"127.0.0.1:{living.port}", "admin": f"127.0.0.1:{admin}", "drain": "3s"}
    probing = Living(living.folder, port=admin, stop=living.stop)
    with structlog.testing.capture_logs() as logs:
        async with started(probing, living.config(server=server)) as running:
            assert await living.post(1) == 202
            assert await probing.post(1) == 404
            for path in ("/healthz", "/readyz", "/metrics"):
                assert (await living.ask("GET", path)).status_code == 404
                assert (await probing.ask("GET", path)).status_code == 200
            _, writer = await asyncio.open_connection("127.0.0.1", living.port)
            writer.write(b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf")
            await writer.drain()
            await asyncio.sleep(0)
            living.stop.set()
            await eventually(lambda: any(each["event"] == "stopping" for each in logs))
            assert (await probing.ask("GET", "/readyz")).json()["reasons"] == ["it is stopping"]
            writer.close()
            await asyncio.wait_for(running, 10)
    [told] = [each for each in logs if each["event"] == "started"]
    assert (told["listen"], told["admin"]) == (server["listen"], server["admin"])


async def test_an_admin_address_that_is_in_use_is_named(living: Living) -> None:
    """The setting to change; nothing is left listening."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        admin = f"127.0.0.1:{taken.getsockname()[1]}"
        config = living.config(server={"listen": f"127.0.0.1:{living.port}", "admin": admin})
        with pytest.raises(AddressUnavailable, match=f"server.admin: {admin} is in use"):
            await app.run(config, stop=living.stop, hangup=living.hangup)
    socket.create_server(("127.0.0.1", living.port)).close()


async def test_metrics_tell_what_happened(living: Living) -> None:
    """Heard, answered and published, by name."""
    async with started(living, living.config()):
        await living.post(1)
        await published(living, 1)
        text = await metrics(living, 'cdevents_adapters_messages_delivered_total{route="cdevents"} 1.0')
    assert 'cdevents_adapters_notifications_received_total{source="tool"} 1.0' in text
    assert 'cdevents_adapters_webhook_answers_total{source="tool",status="202"} 1.0' in text


async def metrics(living: Living, until: str) -> str:
    """Its metrics, once they have this."""
    async with asyncio.timeout(PATIENCE):
        while until not in (text := (await living.ask("GET", "/metrics")).text):  # noqa: ASYNC110 - as below
            await asyncio.sleep(0.02)
    return text


class BrokenSink:
    """A sink with a bug."""

    def __init__(self, _: StdoutSettings) -> None:
        """Nothing to set."""

    async def publish(self, _: Sequence[Message]) -> None:
        """Never gets so far."""
        raise RuntimeError("a bug")

    async def aclose(self) -> None:
        """Nothing to close."""


async def test_a_part_that_dies_takes_the_rest_with_it(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in a sink ends the process, with the part's name and the traceback in one line of the log."""
    monkeypatch.setitem(SINKS, "stdout", SinkType(lambda: StdoutSettings, BrokenSink))
    out = {"sinks": {"out": {"type": "stdout"}}, "routes": {"r": {"format": "legacy", "sink": "out"}}}
    with structlog.testing.capture_logs() as logs:
        running = asyncio.create_task(app.run(living.config(**out), stop=living.stop, hangup=living.hangup))
        while not await ready(living):  # noqa: ASYNC110 - it is asked from outside
            await asyncio.sleep(0.01)
        assert await living.post(1) == 202
        with pytest.raises(app.PartDied):
            await asyncio.wait_for(running, 10)
    [line] = [each for each in logs if each["log_level"] == "critical"]
    assert (line["part"], line["exc_info"]) == ("route r", True)


async def test_a_source_that_ends_is_a_part_that_dies(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    """To listen no more, and say nothing, would be the worst."""

    class Ending:
        async def run(self, receive: Receive) -> None:
            """Is done at once."""

    monkeypatch.setitem(SOURCES, "webhook", SourceType(lambda: WebhookSettings, lambda *_: Ending()))
    with structlog.testing.capture_logs() as logs, pytest.raises(app.PartDied):
        await asyncio.wait_for(app.run(living.config(), stop=living.stop, hangup=living.hangup), 10)
    [line] = [each for each in logs if each["log_level"] == "critical"]
    assert (line["part"], line["reason"]) == ("source tool", "it came to an end by itself")


async def test_what_cannot_start_says_why_and_leaves_nothing_open(living: Living) -> None:
    """An address in use, a journal that is a folder, a mapping that is broken: each its error, then it can start."""
    config = living.config()

    async def start() -> None:
        await app.run(config, stop=living.stop, hangup=living.hangup)

    with socket.create_server(("127.0.0.1", living.port)), pytest.raises(AddressUnavailable):
        await start()
    (living.folder / "journal.db").mkdir()
    with pytest.raises(JournalUnavailable):
        await start()
    (living.folder / "journal.db").rmdir()
    (living.folder / "mapping.yaml").write_text("nonsense: 1")
    with pytest.raises(ConfigError):
        await start()
    (living.folder / "mapping.yaml").write_text(MAPPING)
    async with started(living, config):
        assert await living.post(1) == 202


CONFIG = """\
server: {{listen: 127.0.0.1:{port}}}
journal: {{path: journal.db}}
log: {{format: json}}
sources: {{tool: {{type: webhook, path: /hook, instance: http://tool/}}}}
sinks: {{out: {{type: file, path: out.jsonl}}}}
routes: {{legacy: {{format: legacy, sink: out}}}}
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_exits_with_0(tmp_path: Path, number: signal.Signals) -> None:
    """A real process: SIGHUP leaves it running; SIGTERM and SIGINT end it, with all published and no traceback."""
    service = Service(tmp_path, CONFIG)
    service.start()
    assert service.process is not None
    try:
        service.process.send_signal(signal.SIGHUP)
        assert service.ask("POST", "/hook", b"{}")[0] == 202
        service.process.send_signal(number)
        assert service.process.wait(30) == 0
    finally:
        service.kill()
    assert len(service.published("out")) == 1
    assert [json.loads(line)["event"] for line in service.log().splitlines()] == ["started", "stopping"]


async def test_a_source_that_stalls_is_not_ready(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that hangs: 503 with the source's name and since when, a figure, and ready again later."""
    answers = threading.Event()
    monkeypatch.setattr(stalls, "BOUND", 0.2)
    monkeypatch.setattr(stalls, "EVERY", 0.05)
    monkeypatch.setattr(Locator, "look", lambda *_, **__: answers.wait(PATIENCE))
    tail = {"type": "tail", "paths": [str(living.folder / "*.log")], "instance": "http://tool/"}
    config = living.config(sources={"files": tail}, routes={"legacy": {"format": "legacy", "sink": "legacy"}})
    async with started(living, config):
        await until_ready(living, 503)
        [reason] = (await living.ask("GET", "/readyz")).json()["reasons"]
        assert reason.startswith("the source files has stalled, since 20")
        said = (await living.ask("GET", "/metrics")).text
        assert 'cdevents_adapters_source_stalled_seconds{source="files"} 0.0' not in said
        answers.set()
        await until_ready(living, 200)


async def until_ready(living: Living, status: int) -> None:
    """Returns when readiness is answered with a status."""
    async with asyncio.timeout(PATIENCE):
        while (await living.ask("GET", "/readyz")).status_code != status:  # noqa: ASYNC110 - it is asked from outside
            await asyncio.sleep(0.02)

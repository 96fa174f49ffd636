"""Everything tried once before it runs: real servers that are there, are not, or do not let one in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from adapters import reach
from adapters.config import Config
from adapters.sinks import SINKS
from adapters.sources import SOURCES
from tests import brokers
from tests.cli.support import invoke
from tests.postgresql import database, postgresql
from tests.receiver import receiving
from tests.service import free_port

HOOK = {"type": "webhook", "path": "/", "instance": "http://h/"}


def test_there_is_a_try_of_every_source_and_sink() -> None:
    """What cannot be tried says so."""
    assert reach.SOURCES.keys() == SOURCES.keys()
    assert reach.SINKS.keys() == SINKS.keys()


async def tried(kind: str, **settings: Any) -> reach.Outcome:
    """What comes of one source or sink."""
    parts = {"sources": {"hook": HOOK}, kind: {"it": settings}}
    if kind == "sources":
        settings.setdefault("instance", "http://tool/")
    found = await reach.tried(Config.model_validate(parts))
    return next(each for each in found if each.at[:2] == (kind, "it"))


@contextmanager
def serving(pages: Mapping[str, tuple[int, bytes]], secret: str = "", **headers: str) -> Iterator[str]:
    """An HTTP server with these pages, for who shows the secret; its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = pages.get(self.path.partition("?")[0], (404, b""))
            if secret and secret not in self.headers.get("authorization", ""):
                status, body = 401, b""
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - as the base class has it

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


async def test_an_endpoint(tmp_path: Path) -> None:
    """It is asked by HEAD, whose answer says that it is there, unless it does not know who asks."""
    with serving({"/in": (405, b"")}, secret="good") as url:
        good = await tried("sinks", type="http", url=f"{url}/in", auth={"bearer": "good"})
        assert (good.found, good.reached) == (f"{url} answers (405 to HEAD)", True)
        bad = await tried("sinks", type="http", url=f"{url}/in", auth={"bearer": "b@d-token"})
        assert (bad.found, bad.reached) == (f"{url} refuses these credentials: it answered 401", False)
        call = await tried("sinks", type="http-call", url=f"{url}/${{subject.id}}", done=tmp_path / "d")
        assert (call.found, call.reached) == (f"{url} answers (401 to HEAD)", True)
    gone = await tried("sinks", type="http", url=f"{url}/in")
    assert not gone.reached
    assert "refused" in gone.found


async def test_a_jenkins(tmp_path: Path) -> None:
    """As the user that is configured, and with the job that is to be started."""
    pytest.importorskip("jenkins")
    pages = {"/api/json": (200, b"{}"), "/job/team/job/deploy/api/json": (200, b"{}")}
    with serving(pages, secret="Basic", X_Jenkins="2.516") as url:
        source = await tried("sources", type="jenkins-api", instance=f"{url}/", user="ci", token="t")
        assert (source.found, source.reached) == ("Jenkins 2.516 answers ci", True)
        assert "401 to anybody" in (await tried("sources", type="jenkins-api", instance=f"{url}/")).found
        action = {"type": "jenkins-job", "url": url, "auth": {"username": "u", "password": "p"}, "done": tmp_path / "d"}
        assert (await tried("sinks", **action, job="team/deploy")).reached
        assert (await tried("sinks", **action, job="team/none")).found.startswith("Jenkins has no job/team/job/none")
    with serving(pages) as url:
        assert "is not Jenkins" in (await tried("sources", type="jenkins-api", instance=f"{url}/")).found


async def test_a_gerrit_over_rest(tmp_path: Path) -> None:
    """Its version, and whether it knows the user."""
    pytest.importorskip("pygerrit2")
    self = (200, b')]}\'\n{"_account_id": 1}')
    pages = {"/config/server/version": (200, b')]}\'\n"3.11.1"'), "/a/accounts/self": self}
    pages["/a/config/server/version"] = pages["/config/server/version"]
    with serving(pages, Content_Type="application/json; charset=UTF-8") as url:
        assert (await tried("sources", type="gerrit-api", instance=f"{url}/")).found == "Gerrit 3.11.1 answers anybody"
        auth = {"username": "u", "password": "p"}
        said = {"type": "gerrit-review", "url": url, "done": tmp_path / "d", "change": "${subject.id}", "message": "m"}
        assert (await tried("sinks", **said, auth=auth)).found == "Gerrit 3.11.1 answers this user"
    assert not (await tried("sinks", **said, auth=auth)).reached


async def test_deliveries_of_github() -> None:
    """That who is configured may read the webhook."""
    hook = {"type": "github-deliveries", "instance": "https://github.com/", "hook": "orgs/acme/hooks/7"}
    with serving({"/orgs/acme/hooks/7/deliveries": (200, b"[]")}, secret="Bearer good") as url:
        good = await tried("sources", **hook, url=url, token="good")
        assert (good.found, good.reached) == ("GitHub tells of 0 deliveries of orgs/acme/hooks/7", True)
        bad = await tried("sources", **hook, url=url, token="b@d-token")
        assert (bad.reached, "read webhooks" in bad.found, "b@d" in bad.found) == (False, True, False)


async def test_objects(tmp_path: Path) -> None:
    """That the store shows what is there, or why not."""
    pytest.importorskip("obstore")
    there: dict[str, Any] = {
        "type": "objects",
        "instance": "https://ci.example.com/",
        "urls": [f"file://{tmp_path}/*.json"],
    }
    assert (await tried("sources", **there)).found == "the store answers, and has no such object yet"
    (tmp_path / "a.json").touch()
    assert (await tried("sources", **there)).found == f"the store shows file://{tmp_path}/a.json"
    nowhere = {"endpoint_url": f"http://127.0.0.1:{free_port()}", "access_key_id": "x", "secret_access_key": "s3cr3t"}
    there |= {"urls": ["s3://archive/"], "options": {**nowhere, "allow_http": "true", "region": "x"}}
    outcome = await tried("sources", **there)
    assert (outcome.reached, "s3cr3t" in outcome.found) == (False, False)


async def test_an_api_that_is_polled() -> None:
    """That the first list of all is one, as who is configured."""
    given = {"type": "poll", "instance": "https://ci.example.com/", "items": "values", "auth": {"bearer": "good"}}
    with serving({"/builds": (200, b'{"values": [{"id": 1}]}')}, secret="Bearer good") as url:
        good = await tried("sources", **given, url=f"{url}/builds")
        assert (good.found, good.reached) == (f"the API at {url} answers with a list of 1", True)
        each = {"project": {"url": f"{url}/builds"}}
        wrong = await tried("sources", **given, each=each, url=url + "/projects/${project.id}")
        assert (wrong.reached, "there is no list in the body" in wrong.found) == (False, True)
        bad = await tried("sources", **given | {"auth": {"bearer": "b@d-token"}}, url=f"{url}/builds")
        assert (bad.reached, "b@d" in bad.found) == (False, False)


async def test_a_registry() -> None:
    """That of a source, as its user."""
    with serving({"/v2/": (200, b"{}")}, secret="Basic") as url:
        for user, reached in (({"username": "u", "password": "p"}, True), ({}, False)):
            settings = Config.model_validate({"sources": {"it": {**HOOK, "registry": {"url": url, **user}}}})
            [hook, registry] = await reach.tried(settings)
            assert (hook.reached, registry.reached, registry.at) == (True, reached, ("sources", "it", "registry"))


async def test_files(tmp_path: Path) -> None:
    """That there is something to read, and that there can be written."""
    log = {"type": "tail", "paths": [f"{tmp_path}/*.log"]}
    assert "no file is named" in (await tried("sources", **log)).found
    (tmp_path / "a.log").touch()
    assert (await tried("sources", **log)).found == "1 file to read"
    assert not (await tried("sources", type="jenkins-home", home=str(tmp_path))).reached
    (tmp_path / "jobs").mkdir()
    assert (await tried("sources", type="jenkins-home", home=str(tmp_path))).reached
    assert (await tried("sinks", type="file", path=tmp_path / "new" / "x.jsonl")).reached
    assert not (await tried("sinks", type="file", path=tmp_path / "jobs")).reached
    assert not (tmp_path / "new").exists()


async def test_a_postgresql() -> None:
    """Nobody is there; the password is not told."""
    pytest.importorskip("psycopg")
    url = f"postgresql://u@127.0.0.1:{free_port()}/cd"
    gone = await tried("sinks", type="postgresql", url=url, password="s3cret-word")
    assert (gone.reached, "s3cret" in gone.found) == (False, False)
    assert "127.0.0.1" in gone.found


async def test_who_decides_of_a_standby() -> None:
    """It is asked who leads; where it cannot be, that is told at its place, as of the tools and sinks."""
    pytest.importorskip("psycopg")
    from adapters.store.migrating import migrate  # noqa: PLC0415 - an extra

    sources = {"it": {"type": "jenkins-api", "instance": "http://127.0.0.1:9/"}}

    async def asked(**place: Any) -> reach.Outcome:
        found = await reach.tried(Config.model_validate({"sources": sources, "standby": place}))
        return next(each for each in found if each.at == ("standby", *place))

    with postgresql() as server:
        url = database(server)
        assert "store migrate" in (await asked(postgresql={"url": url})).found
        migrate(url)
        found = await asked(postgresql={"url": url})
        assert (found.found, found.reached) == ("can be asked who leads: nobody does", True)
    gone = await asked(kubernetes={"lease": "x", "namespace": "ci", "url": f"http://127.0.0.1:{free_port()}"})
    assert (gone.reached, "namespaces/ci/leases/x" in gone.found) == (False, True)


async def test_a_rabbitmq(tmp_path: Path) -> None:
    """What is not there is named, unless it is to be made; who is not let in is told."""
    pytest.importorskip("aio_pika")
    with brokers.running(brokers.rabbitmq(tmp_path)) as server:
        place = {"type": "rabbitmq", "host": "127.0.0.1", "port": server.port}
        assert (await tried("sinks", **place, exchange="amq.topic")).reached
        assert "no exchange 'none'" in (await tried("sinks", **place, exchange="none")).found
        assert (await tried("sinks", **place, exchange="none", declare=True)).reached
        assert "no queue 'none'" in (await tried("sources", **place, queue="none")).found
        assert (await tried("sources", **place, queue="none", declare=True)).reached
        wrong = await tried("sinks", **place, exchange="x", auth={"username": "guest", "password": "wr0ng-one"})
        assert (wrong.reached, "wr0ng-one" in wrong.found) == (False, False)
        assert "ACCESS_REFUSED" in wrong.found
    assert not (await tried("sources", **place, queue="none")).reached


async def test_a_nats(tmp_path: Path) -> None:
    """A stream that is not there is named."""
    pytest.importorskip("nats")
    with brokers.running(brokers.nats(tmp_path)) as server:
        place = {"type": "nats", "servers": [server.address]}
        assert "there is no stream S" in (await tried("sources", **place, stream="S")).found
        assert "no stream takes a.b" in (await tried("sinks", **place, subject="a.b")).found
        made = await tried("sinks", **place, subject="a.b", stream={"name": "S", "subjects": ["a.>"]})
        assert (made.found, made.reached) == ("NATS lets it in", True)
    assert not (await tried("sources", **place, stream="S")).reached


async def test_an_mqtt(tmp_path: Path) -> None:
    """Who is let in, and who is not."""
    pytest.importorskip("aiomqtt")
    (tmp_path / "open").mkdir()
    (tmp_path / "shut").mkdir()
    for folder, config, reached in (("open", "allow_anonymous true", True), ("shut", "allow_anonymous false", False)):
        with brokers.running(brokers.mosquitto(tmp_path / folder, config)) as server:
            found = await tried("sinks", type="mqtt", host="127.0.0.1", port=server.port, topic="t")
            assert (found.reached, "Not authorized" in found.found) == (reached, not reached)


async def test_a_kafka() -> None:
    """Nobody is waited for any longer than a few seconds."""
    pytest.importorskip("confluent_kafka")
    with brokers.kafka() as cluster:
        place = {"type": "kafka", "brokers": cluster.brokers.split(",")}
        assert (await tried("sinks", **place, topic="cicd.{type}")).reached
        missing = await tried("sources", **place, topics=["none"])
        assert "has no topic none" in missing.found
    gone = await tried("sinks", type="kafka", brokers=[f"127.0.0.1:{free_port()}"], topic="t")
    assert not gone.reached
    assert "Connection refused" in gone.found or "Connect to" in gone.found


def test_the_command_says_of_each_whether_it_is_reached(tmp_path: Path) -> None:
    """At its line, and why not; one that is not is a problem."""
    (tmp_path / "c.yaml").write_text(
        'sources: {hook: {type: webhook, path: /, instance: "http://h/"}}\n'
        f'sinks:\n  gone: {{type: http, url: "http://127.0.0.1:{free_port()}/"}}\n  out: {{type: stdout}}\n'
        "routes: {a: {format: legacy, sink: gone}, b: {format: legacy, sink: out}}\n"
    )
    result = invoke("check", "--config", tmp_path / "c.yaml", "--connect")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{tmp_path}/c.yaml:3:3: sinks.gone is not reached: http://127.0.0.1:")
    assert result.stdout.splitlines() == [
        "sources.hook: is posted to, there is nobody to ask",
        "sinks.out: is this process's own",
        f"{tmp_path}/c.yaml: 1 source, 2 sinks, 2 routes, not all can be reached",
    ]


async def test_a_collector(tmp_path: Path) -> None:
    """It is sent an export of nothing, and has to take it."""
    pytest.importorskip("opentelemetry.proto")
    with receiving() as receiver:
        url = receiver.url.partition("/events")[0]
        found = await tried("sinks", type="otlp", url=url, path=tmp_path / "otlp.db")
        assert (found.found, found.reached) == (f"{url} takes traces", True)
        receiver.answers.append((401, {}, b""))
        assert not (await tried("sinks", type="otlp", url=url, path=tmp_path / "otlp.db")).reached
    assert not (tmp_path / "otlp.db").exists()

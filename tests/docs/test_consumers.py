"""The recipes for consumers: what they send is what each consumer documents that it takes."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from adapters.cdevents.validation import schema_problems
from adapters.config import Config
from adapters.goldens import context, sent
from adapters.mapping import load, load_export
from adapters.model import LOOKED_UP, Notification, Record, Spec
from adapters.route import Origin, choosing, exporting, renderer
from adapters.sinks import SINKS
from tests.docs.pages import blocks, loaded, page
from tests.mappings.support import EVERYTHING, HEARD, inputs
from tests.receiver import Received, Receiver, receiving

PAGE = page("docs/consumers.md")
RECIPES = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE))
HEARD_OF = ["jenkins/notification", "gerrit/events", "registry/distribution", "harbor/webhook", "alertmanager/webhook"]
REVISION = "8f6c3d1f2a9b8f6c3d1f2a9b8f6c3d1f2a9b8f6c"

Send = Callable[[str], list[Received]]


def told() -> Iterator[tuple[str, Notification]]:
    """The examples of some mappings; the images in them know their commit."""
    for mapping in HEARD_OF:
        for file in inputs(mapping):
            for each in sent(file):
                yield mapping, Notification(mapping, each.body, HEARD, _with_revision(each.headers))


def _with_revision(headers: Any) -> dict[str, str]:
    images = json.loads(headers.get(LOOKED_UP, "{}"))
    labels = {"org.opencontainers.image.revision": REVISION}
    return {**headers, LOOKED_UP: json.dumps({name: {**known, **labels} for name, known in images.items()})}


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """All of them, in a journal's order."""
    return [Record(seq, notification) for seq, (_, notification) in enumerate(told())]


@pytest.fixture(scope="module")
def origins() -> Callable[[str], Origin]:
    """Each mapping with all that it can make."""
    made = {
        mapping: Origin(where, load(mapping, instance=where, variables=EVERYTHING[mapping]))
        for mapping in HEARD_OF
        if (where := context(mapping).instance)
    }
    return made.__getitem__


@pytest.fixture
def send(tmp_path: Path, records: list[Record], origins: Callable[[str], Origin]) -> Iterator[Send]:
    """Sends all by the routes of a recipe, to a server that takes the place of the consumer, and gives what came."""
    with receiving() as receiver:
        yield lambda title: asyncio.run(_sent(_recipe(title, receiver, tmp_path), records, origins, receiver))


def _recipe(title: str, receiver: Receiver, folder: Path) -> Config:
    """The configuration of the page, with the server's host for the consumer's."""
    host = receiver.url.rpartition("/events")[0]
    (text,) = blocks(RECIPES[title], "yaml")
    text = re.sub(r'"\$\{env:\w+_URL\}"', f"{host}/hook/0123abc", text).replace("var/", f"{folder}/")
    for table in blocks(RECIPES[title], "csv"):
        (folder / "repositories.csv").write_text(table)
    text = text.replace("etc/", f"{folder}/")
    return loaded(folder, yaml.safe_load(re.sub(r"https?://[\w.:-]+(?=/(?!team)|\s)", host, text)))


async def _sent(
    config: Config, records: list[Record], origins: Callable[[str], Origin], receiver: Receiver
) -> list[Received]:
    for route in config.routes.values():
        sink = SINKS[config.sinks[route.sink].type].build(config.sinks[route.sink])
        settings = {name: getattr(route, name) for name in ("encoding", "spec", "types")}
        render = choosing(renderer(origins, format_=route.format, correlate=route.correlation, **settings), route.when)
        if route.mapping is not None:
            export = load_export(route.mapping, variables=route.variables)
            render = exporting(render, lambda export=export: export, route.encoding)  # type: ignore[misc]  # bound now
        for record in records:
            rendered = render(record)
            assert rendered.errors == ()
            if rendered.messages:
                await sink.publish(rendered.messages)
        await sink.aclose()
    return receiver.requests


def _manifest(title: str) -> Any:
    (text,) = re.findall(r"(?:^    .*\n)+", RECIPES[title].partition("```yaml")[2].partition("```")[2], re.MULTILINE)
    return yaml.safe_load(text)


def types_of(requests: list[Received]) -> set[str]:
    """The types that their headers say."""
    return {each.headers["ce-type"] for each in requests}


def test_flux_finds_what_it_compares_and_reads_it_as_one_of_0_4(send: Send) -> None:
    """The header is an entry of `spec.events`, the whole type; the body is the event, valid in 0.4.1."""
    requests = send("Flux")
    assert types_of(requests) == set(_manifest("Flux")["spec"]["events"])
    for each in requests:
        event = orjson.loads(each.body)
        assert event["context"]["type"] == each.headers["ce-type"]
        assert (event["context"]["version"], schema_problems(event, Spec.V0_4_1)) == ("0.4.1", [])
    assert {each.path for each in requests} == {"/hook/0123abc"}


def test_cdviz_gets_bare_events_of_types_that_it_knows(send: Send) -> None:
    """In JSON, each valid in 0.4.1; no custom ones."""
    requests = send("cdviz")
    assert len(requests) > 20
    for each in requests:
        event = orjson.loads(each.body)
        assert event["context"]["type"].startswith("dev.cdevents.")
        assert schema_problems(event, Spec.V0_4_1) == []
    assert {each.headers["content-type"] for each in requests} == {"application/json"}
    assert {each.path for each in requests} == {"/webhook/000-cdevents"}


def test_devlake_gets_deployments_with_their_commit(send: Send) -> None:
    """In the form of its webhook plugin: what it requires is there, times are RFC 3339, the stage is one of its own."""
    requests = send("Apache DevLake")
    bodies = [orjson.loads(each.body) for each in requests if each.path.endswith("/connections/1/deployments")]
    assert bodies
    for body in bodies:
        assert {"id", "result", "environment", "startedDate", "finishedDate", "deploymentCommits"} <= body.keys()
        assert body["environment"] in ("PRODUCTION", "STAGING", "TESTING", "DEVELOPMENT")
        (commit,) = body["deploymentCommits"]
        assert commit["commitSha"] == REVISION
        assert commit["repoUrl"].startswith("https://")
        assert {"startedDate", "finishedDate"} <= commit.keys()
    assert {each.headers["authorization"] for each in requests} == {"Bearer c2VjcmV0"}


def test_devlake_gets_incidents_that_open_and_close(send: Send) -> None:
    """One issue each, of the type INCIDENT; when it is done, the time at which it was opened stays."""
    requests = send("Apache DevLake")
    bodies = [orjson.loads(each.body) for each in requests if each.path.endswith("/connections/1/issues")]
    by_key: dict[str, dict[str, Any]] = {}
    for body in bodies:
        assert {"issueKey", "title", "status", "originalStatus", "createdDate", "type"} <= body.keys()
        assert (body["type"], body["status"] in ("TODO", "DONE")) == ("INCIDENT", True)
        assert ("resolutionDate" in body) == (body["status"] == "DONE")
        before = by_key.setdefault(body["issueKey"], body)
        assert before["createdDate"] == body["createdDate"]
    assert {body["status"] for body in bodies} == {"TODO", "DONE"}


@pytest.mark.parametrize(
    ("title", "path"),
    [
        ("Slack", "/hook/0123abc"),
        ("Microsoft Teams", "/hook/0123abc"),
        ("GitHub commit statuses", r"/repos/[^/]+/[^/]+/statuses/[0-9a-f]{40}"),
        ("GitLab commit statuses", r"/api/v4/projects/[^/]+/statuses/[0-9a-f]{40}"),
        ("Grafana annotations", "/api/annotations"),
    ],
)
def test_who_takes_messages_gets_them_where_it_wants_them(send: Send, title: str, path: str) -> None:
    """By the export mapping of the recipe: what is sent is held to more in the tests of that."""
    requests = send(title)
    assert requests or "commit statuses" in title
    for each in requests:
        assert re.fullmatch(path, each.path)
        assert (each.headers["content-type"], bool(orjson.loads(each.body))) == ("application/json", True)


def test_tekton_may_match_the_header_and_take_from_the_body(send: Send) -> None:
    """The filter of the page holds for what is sent, and what it binds is there."""
    requests = send("Tekton Triggers")
    (filtered,) = re.findall(r"header\.match\('ce-type', '(.+)'\)", RECIPES["Tekton Triggers"])
    assert types_of(requests) == {filtered}
    for each in requests:
        body = orjson.loads(each.body)
        assert body["subject"]["id"]
        assert body["context"]["chainId"]


def test_knative_gets_cloudevents_with_names_that_it_takes(send: Send) -> None:
    """What CloudEvents requires, and extensions of small letters and digits, at most 20: as its broker wants them."""
    requests = send("Knative")
    assert "dev.cdevents.service.deployed.0.3.0" in types_of(requests)
    for each in requests:
        names = {name.removeprefix("ce-") for name in each.headers if name.startswith("ce-")}
        assert {"specversion", "id", "source", "type"} <= names
        assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in names)
        assert orjson.loads(each.body)["context"]["id"] == each.headers["ce-id"]
    assert any("ce-correlationid" in each.headers for each in requests)

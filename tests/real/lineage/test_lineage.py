"""One change through five tools and five sidecars that have never met: one chain, linked event to event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from typer.testing import CliRunner

from adapters.cdevents import validation
from adapters.cli import main
from adapters.model import Spec
from tests import brokers
from tests.docs.pages import blocks, page
from tests.real import golang
from tests.real.alertmanager.server import TOKEN, alertmanager, needs_alertmanager
from tests.real.gerrit import server
from tests.real.kubernetes.cluster import Cluster, cluster
from tests.real.lineage.story import World, tell
from tests.real.registry.layouts import Image
from tests.real.registry.story import Registry, needs_skopeo
from tests.real.troubles import assert_untroubled
from tests.service import INSTANCE, Service, configuration, free_port
from tests.waiting import until

pytestmark = [pytest.mark.real, needs_skopeo, needs_alertmanager]

ROUTES = {
    "legacy": {"format": "legacy"},
    "cdevents": {"format": "cdevents"},
    "older": {"format": "cdevents", "spec": "0.4.1"},
    "consumer": {"format": "cdevents"},
}

CONSUMER = Path(__file__).parent.parent / "consumer"

REGISTRY = """
version: 0.1
log: {{level: warn, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}}}
http: {{addr: "{address}"}}
notifications:
  endpoints: [{{name: test, url: "{hook}", timeout: 5s, threshold: 3, backoff: 100ms}}]
"""

(STORY, *_) = blocks(page("docs/lineage.md"), "text")
"""What `trace` prints of it, but for times and digests."""


@dataclass(frozen=True)
class Told:
    """The story, as five sidecars told it, each in a file of its own; their sources, by the sidecar's name."""

    sources: Mapping[str, Mapping[str, dict[str, Any]]]
    sidecars: Mapping[str, Service]
    image: Image

    @property
    def files(self) -> list[str]:
        """Where the events are."""
        return [str(each.folder / "cdevents.jsonl") for each in self.sidecars.values()]

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every CDEvent that is of a chain: that a project and its branch were made is not the change's."""
        published = [each["data"] for sidecar in self.sidecars.values() for each in sidecar.published("cdevents")]
        return [each for each in published if "chainId" in each["context"]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The whole story, heard."""
    folder = tmp_path_factory.mktemp("lineage")
    ports = {name: free_port() for name in ("gerrit", "jenkins", "registry", "alertmanager", "kubernetes")}
    with ExitStack() as stack:
        gerrit = stack.enter_context(server.running(folder, f"http://127.0.0.1:{ports['gerrit']}/gerrit"))
        registry = stack.enter_context(
            brokers.running(_registry(folder, f"http://127.0.0.1:{ports['registry']}/registry"))
        )
        pager = stack.enter_context(alertmanager(folder / "alertmanager", ports["alertmanager"]))
        alerts = stack.enter_context(alertmanager(folder / "alerts", ports["kubernetes"]))
        production = stack.enter_context(cluster(folder / "cluster"))
        sources = _sources(gerrit, registry.address, production)
        files = {name: {"type": "file", "path": f"{name}.jsonl"} for name in ("legacy", "cdevents", "older")}
        sidecars = {
            name: Service(tmp_path_factory.mktemp(name), _configuration(source, **files), port=ports[name])
            for name, source in sources.items()
        }
        for sidecar in sidecars.values():
            sidecar.start()
            stack.callback(sidecar.stop)
        image = tell(World(gerrit, Registry(registry.address), pager, production, alerts, sidecars, folder))
        found = Told(sources, sidecars, image)
        until(lambda: len({each["context"]["id"] for each in found.events}) >= len(STORY.splitlines()))
        yield found


def test_all_are_of_one_chain(told: Told) -> None:
    """Sidecars that know of each other only the tools' addresses give each event of the change one chain."""
    assert len({each["context"]["chainId"] for each in told.events}) == 1


def test_each_is_linked_to_one_before(told: Told) -> None:
    """Every event but the root has a link, and all links lead to an event that is there, and not a later one."""
    times = {each["context"]["id"]: datetime.fromisoformat(each["context"]["timestamp"]) for each in told.events}
    unlinked = [each for each in told.events if not _links(each)]
    assert [each["context"]["type"] for each in unlinked] == ["dev.cdevents.change.created.0.4.0"]
    for each in told.events:
        assert all(times[link] <= times[each["context"]["id"]] for link in _links(each))


def test_all_are_valid(told: Told) -> None:
    """Each is a CDEvent by the schema of its type, in either version."""
    assert [problem for event in told.events for problem in validation.problems(event, Spec.V0_5_1)] == []
    older = [each["data"] for sidecar in told.sidecars.values() for each in sidecar.published("older")]
    assert len(older) >= len(told.events)
    assert [problem for event in older for problem in validation.problems(event, Spec.V0_4_1)] == []


def test_nothing_is_unmatched_or_parked(told: Told) -> None:
    """Each sidecar knows all that its tool says."""
    for sidecar in told.sidecars.values():
        assert_untroubled(sidecar)


def test_trace_tells_the_story_of_each_of_its_ids(told: Told) -> None:
    """Whichever event, subject or artifact it is asked for, it prints the same tree."""
    ids = {name for each in told.events for name in (each["context"]["id"], each["subject"]["id"])}
    for wanted in (*ids, f"pkg:oci/app@{told.image.index}"):
        assert _traced(told, wanted) == STORY


def test_a_consumer_resolves_the_chain(told: Told, tmp_path: Path) -> None:
    """With the SDKs for Go, what the journals replay over HTTP is one chain, all links of which lead to its root."""
    port = free_port()
    consumer = brokers.Server(port, [golang.ours(CONSUMER), f"127.0.0.1:{port}"], tmp_path)
    with brokers.running(consumer):
        for name in told.sidecars:
            _replay(told, name, f"http://{consumer.address}/", tmp_path)
        chains = requests.get(f"http://{consumer.address}/chains", timeout=30).json()
    (root,) = [each["context"]["id"] for each in told.events if not _links(each)]
    chain = told.events[0]["context"]["chainId"]
    assert chains.keys() == {chain, ""}
    assert chains[chain] == {each["context"]["id"]: root for each in told.events}


def _traced(told: Told, wanted: str) -> str:
    text = CliRunner().invoke(main, ["trace", wanted, *told.files]).stdout
    digests = dict(zip([told.image.index, *told.image.manifests], ("INDEX", "AMD64", "ARM64"), strict=True))
    for digest, name in digests.items():
        text = text.replace(digest, name)
    text = re.sub(r"[0-9a-f]{16}/\d{4}-\S+Z", "ALERT", text)
    return re.sub(r"\d{4}-\S+Z  |[?]repository_url=\S+", "", text)


def _replay(told: Told, name: str, url: str, folder: Path) -> None:
    config = _configuration(told.sources[name], consumer={"type": "http", "url": url})
    file = folder / f"{name}.yaml"
    file.write_text(config.format(port=free_port()))
    journal = str(told.sidecars[name].folder / "journal.db")
    (source, *_) = told.sources[name]
    state = str(folder / f"{name}.state")
    options = ["--config", str(file), "--source", source, "--route", "consumer", "--state", state]
    replayed = CliRunner().invoke(main, ["replay", *options, journal])
    assert replayed.exit_code == 0, replayed.output


def _links(event: Mapping[str, Any]) -> list[str]:
    links = event["context"].get("links", [])
    return [(link.get("from") or link["target"])["contextId"] for link in links]


def _registry(folder: Path, hook: str) -> brokers.Server:
    made = brokers.Server(free_port(), ["docker-registry", "serve", str(folder / "config.yml")], folder)
    (folder / "config.yml").write_text(REGISTRY.format(folder=folder, address=made.address, hook=hook))
    return made


def _sources(gerrit: server.Gerrit, registry: str, production: Cluster) -> Mapping[str, Mapping[str, dict[str, Any]]]:
    """What each sidecar is told: of the other tools only where they are."""
    api = {"url": f"http://{registry}"}
    tools = {"gerrit": gerrit.url, "jenkins": INSTANCE}
    alerts = {
        "instance": "https://alertmanager.example.com/",
        "mapping": "alertmanager/webhook",
        "auth": {"bearer": TOKEN},
    }
    rollouts = production.source(mapping="kubernetes/rollout", rollouts={}, variables=tools, registry=api)
    jobs = {"image_jobs": "team/image", "deploy_jobs": "deploy/.+"}
    return {
        "gerrit": {"gerrit": {"instance": gerrit.url, "mapping": "gerrit/events"}},
        "jenkins": {
            "jenkins": {
                "instance": INSTANCE,
                "mapping": "jenkins/notification",
                "variables": {"gerrit": gerrit.url, **jobs},
                "registry": api,
            }
        },
        "registry": {
            "registry": {
                "instance": f"http://{registry}/",
                "mapping": "registry/distribution",
                "variables": tools,
                "registry": api,
            }
        },
        "alertmanager": {"alertmanager": {**alerts, "variables": tools, "registry": api}},
        "kubernetes": {"rollouts": rollouts, "alertmanager": {**alerts, "instance": "https://alerts.example.com/"}},
    }


def _configuration(sources: Mapping[str, Mapping[str, Any]], **sinks: object) -> str:
    """A sidecar's of these sources, of which most are webhooks, with the route of its name to each of these sinks."""
    return configuration(
        sources={
            name: source if "type" in source else {"type": "webhook", "path": f"/{name}", **source}
            for name, source in sources.items()
        },
        sinks=sinks,
        routes={each: {**ROUTES[each], "sink": each} for each in sinks},
    )

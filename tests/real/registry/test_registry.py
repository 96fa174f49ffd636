"""What a real registry tells of a real client's pushes, pulls and deletes, by notification and by its log."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.cdevents import validation
from adapters.model import Spec
from tests.brokers import Server
from tests.real import golang
from tests.real.registry.layouts import Image, layout
from tests.real.registry.story import PATIENCE, Registry, hearing, needs_skopeo, tell
from tests.real.troubles import assert_untroubled
from tests.service import Service, configuration, free_port
from tests.waiting import until

pytestmark = [pytest.mark.real, needs_skopeo]

REGISTRY = """
version: 0.1
log: {{level: info, formatter: {formatter}, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
notifications:
  endpoints: [{{name: test, url: "http://127.0.0.1:{hook}/registry", timeout: 5s, threshold: 3, backoff: 100ms}}]
"""

WAYS = ("notified", "logged")


def debian() -> str:
    """Debian's registry, of the line 2.8."""
    return shutil.which("docker-registry") or pytest.skip("docker-registry is not installed")


def v3() -> str:
    """The registry of today."""
    return golang.program("github.com/distribution/distribution/v3/cmd/registry", "v3.1.2")


class Kind(NamedTuple):
    """A registry, how it writes its log, and whether a tag can be deleted there without its image."""

    program: Callable[[], str]
    formatter: str
    untags: bool


KINDS = {"debian": Kind(debian, "json", False), "v3": Kind(v3, "json", True), "v3-text": Kind(v3, "text", True)}


@dataclass(frozen=True)
class Told:
    """A sidecar that heard what was done to a registry with an image."""

    sidecar: Service
    kind: Kind
    image: Image

    def events(self, name: str, way: str = "notified") -> list[dict[str, Any]]:
        """Those of a type, without its version."""
        return [each for each in self.sidecar.published(way) if f".{name}." in each["type"]]

    def all_heard(self, name: str, count: int) -> bool:
        """Whether so many of a type were heard by each way."""
        return all(len(self.events(name, way)) >= count for way in WAYS)


@pytest.fixture(scope="module", params=KINDS.values(), ids=list(KINDS))
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The story, then a tag is deleted where that can be done, and an image."""
    kind, folder, hook = request.param, tmp_path_factory.mktemp("registry"), free_port()
    server = _server(kind, folder, hook)
    sidecar = Service(tmp_path_factory.mktemp("sidecar"), _configuration(server), port=hook)
    found = Told(sidecar, kind, layout(folder / "image"))
    with hearing(server, sidecar) as registry:
        _tell(found, registry)
        yield found


def _server(kind: Kind, folder: Path, hook: int) -> Server:
    file, port = folder / "config.yml", free_port()
    file.write_text(REGISTRY.format(formatter=kind.formatter, folder=folder, port=port, hook=hook))
    return Server(port, [kind.program(), "serve", str(file)], folder)


def _configuration(server: Server) -> str:
    """The registry is heard by its notifications, which are kept as they came, too, and by its log."""
    instance, log = f"http://{server.address}/", str(server.folder / "server.log")
    lookup = {"storage": str(server.folder / "storage")}
    webhook = {"type": "webhook", "path": "/registry", "instance": instance, "mapping": "registry/distribution"}
    logged = {"type": "registry-log", "instance": instance, "mapping": "registry/log", "paths": [log], "lookup": lookup}
    return configuration(
        sources={"notified": webhook, "logged": logged},
        sinks={name: {"type": "file", "path": f"{name}.jsonl"} for name in ("said", *WAYS)},
        routes={"said": {"format": "legacy", "sink": "said", "sources": ["notified"]}}
        | {way: {"format": "cdevents", "sink": way, "sources": [way]} for way in WAYS},
    )


def _tell(told: Told, registry: Registry) -> None:
    tell(registry, told.image)
    # a log's tag is looked up while it is there
    until(lambda: told.all_heard("artifact.published", 7), timeout=PATIENCE)
    if told.kind.untags:
        registry.untag("team/app", "latest")
    registry.skopeo("delete", f"@/team/app-arm@{told.image.manifests[1]}")
    until(lambda: told.all_heard("artifact.deleted", 1), timeout=PATIENCE)
    until(lambda: len(told.events("registry-tag.deleted")) > told.kind.untags, timeout=PATIENCE)


def test_each_push_and_each_deletion_is_told(told: Told) -> None:
    """An image for two platforms is three artifacts, again under each tag; which repository is in the subject."""
    amd64, arm64 = told.image.manifests
    index = told.image.index
    assert _digests(told.events("artifact.published")) == [amd64, arm64, index, amd64, arm64, index, arm64]
    assert _digests(told.events("artifact.deleted")) == [arm64]


def test_a_tag_is_deleted_without_its_image(told: Told) -> None:
    """It is told by either way, as are, by notifications only, the tags that went with an image."""
    untagged, went = ["team/app:latest"] if told.kind.untags else [], ["team/app-arm:1.0"]
    notified, logged = ([each["subject"] for each in told.events("registry-tag.deleted", way)] for way in WAYS)
    assert (notified, logged) == (untagged + went, untagged)


def test_what_is_attached_to_an_image_is_about_it(told: Told) -> None:
    """A signature is no artifact of its own, whoever tells of it."""
    for way in WAYS:
        assert _digests(told.events("registry-signature.attached", way)) == told.image.manifests[:1]


def test_the_log_tells_what_the_notifications_tell(told: Told) -> None:
    """Each event has the same id, chain and subject from either, in order."""
    notified, logged = ([_identity(each) for each in told.sidecar.published(way)] for way in WAYS)
    assert logged == [_identity(each) for each in told.sidecar.published("notified") if _is_logged(told, each)]
    assert len(logged) < len(notified)


def test_all_that_a_registry_notifies_of_was_done(told: Told) -> None:
    """A layer was mounted, too, of which there is no event."""
    said = [each["action"] for message in told.sidecar.published("said") for each in message["data"]["events"]]
    assert set(said) == {"push", "pull", "mount", "delete"}


def test_all_are_valid(told: Told) -> None:
    """Each is a CDEvent by the schema of its type."""
    events = [each["data"] for way in WAYS for each in told.sidecar.published(way)]
    assert [problem for event in events for problem in validation.problems(event, Spec.V0_5_1)] == []


def test_nothing_is_unmatched_or_parked(told: Told) -> None:
    """Every notification of a registry, and every line of its log, is one that its mapping knows."""
    assert_untroubled(told.sidecar)


def _digests(events: list[dict[str, Any]]) -> list[str]:
    return [each["subject"].partition("@")[2].partition("?")[0] for each in events]


def _identity(event: dict[str, Any]) -> tuple[str, ...]:
    return event["type"], event["id"], event["subject"], event["data"]["context"].get("chainId", "")


def _is_logged(told: Told, event: dict[str, Any]) -> bool:
    """What a request had in its wake has no line."""
    deletions = [each["data"]["customData"]["request_id"] for each in told.events("artifact.deleted")]
    return "registry-tag" not in event["type"] or event["data"]["customData"]["request_id"] not in deletions

"""What a real zot tells of a real client's pushes and deletes: the same images as any other registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.cdevents import validation
from adapters.model import Spec
from tests.brokers import Server
from tests.real import golang
from tests.real.registry.layouts import Image, layout
from tests.real.registry.story import PATIENCE, hearing, needs_skopeo, tell
from tests.real.troubles import assert_untroubled
from tests.service import Service, configuration, free_port
from tests.waiting import until

pytestmark = [pytest.mark.real, needs_skopeo]


@dataclass(frozen=True)
class Told:
    """A sidecar that heard what was done to a zot with an image."""

    sidecar: Service
    address: str
    image: Image

    def subjects(self, name: str) -> set[str]:
        """What the events of a type, without its version, are about."""
        return {each["subject"] for each in self.sidecar.published("events") if f".{name}." in each["type"]}

    def purl(self, repository: str, digest: str) -> str:
        """How any registry's image is named."""
        name = repository.rpartition("/")[2]
        return f"pkg:oci/{name}@{digest}?repository_url={self.address}/{repository}"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The story, and then an image is deleted."""
    folder, hook = tmp_path_factory.mktemp("zot"), free_port()
    server = _server(folder, hook)
    sidecar = Service(tmp_path_factory.mktemp("sidecar"), _configuration(server), port=hook)
    found = Told(sidecar, server.address, layout(folder / "image"))
    with hearing(server, sidecar) as registry:
        tell(registry, found.image)
        registry.skopeo("delete", f"@/team/app-arm@{found.image.manifests[1]}")
        until(lambda: found.subjects("artifact.deleted"), timeout=PATIENCE)
        yield found


def _server(folder: Path, hook: int) -> Server:
    program = golang.program("zotregistry.dev/zot/v2/cmd/zot", "v2.1.20", "-tags=events,containers_image_openpgp")
    file, port = folder / "config.json", free_port()
    file.write_text(json.dumps(_settings(f"{folder}/storage", port, hook)))
    return Server(port, [program, "serve", str(file)], folder)


def _configuration(server: Server) -> str:
    zot = {"type": "webhook", "path": "/zot", "instance": f"http://{server.address}/", "mapping": "zot/events"}
    return configuration(
        sources={"zot": zot},
        sinks={"events": {"type": "file", "path": "events.jsonl"}},
        routes={"events": {"format": "cdevents", "sink": "events"}},
    )


def _settings(storage: str, port: int, hook: int) -> dict[str, Any]:
    sink = {"type": "http", "address": f"http://127.0.0.1:{hook}/zot", "timeout": "10s"}
    return {
        "distSpecVersion": "1.1.1",
        "storage": {"rootDirectory": storage},
        "http": {"address": "127.0.0.1", "port": str(port)},
        "extensions": {"events": {"enable": True, "sinks": [sink]}},
    }


def test_images_are_named_as_any_registry_names_them(told: Told) -> None:
    """An image for two platforms is three artifacts, and what was deleted is one of them."""
    amd64, arm64 = told.image.manifests
    pushed = {told.purl("team/app", digest) for digest in (amd64, arm64, told.image.index)}
    other = told.purl("team/app-arm", arm64)
    assert told.subjects("artifact.published") == pushed | {other}
    assert told.subjects("artifact.deleted") == {other}


def test_what_is_attached_to_an_image_is_about_it(told: Told) -> None:
    """A signature is no artifact of its own."""
    assert told.subjects("zot-accessory.attached") == {told.purl("team/app", told.image.manifests[0])}


def test_repositories_are_told(told: Told) -> None:
    """Each when its first image comes."""
    assert told.subjects("zot-repository.created") == {"team/app", "team/app-arm"}


def test_all_are_valid(told: Told) -> None:
    """Each is a CDEvent by the schema of its type."""
    events = [each["data"] for each in told.sidecar.published("events")]
    assert [problem for event in events for problem in validation.problems(event, Spec.V0_5_1)] == []


def test_nothing_is_unmatched_or_parked(told: Told) -> None:
    """Every event of a zot is one that the mapping knows, and can translate."""
    assert_untroubled(told.sidecar)

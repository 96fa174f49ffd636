"""What real tools attach to an image in a real registry: signatures of it, lists of its parts, statements about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from adapters.cdevents import validation
from adapters.model import Spec
from tests.brokers import Server
from tests.real import golang
from tests.real.registry.layouts import Image, attested, layout
from tests.real.registry.story import PATIENCE, hearing
from tests.real.registry.tools import Tools, tools
from tests.real.troubles import assert_untroubled
from tests.service import Service, configuration, free_port
from tests.waiting import until

pytestmark = pytest.mark.real

REGISTRY = """
version: 0.1
log: {{accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
notifications:
  events: {{includereferences: true}}
  endpoints:
    - {{name: asked, url: "http://127.0.0.1:{hook}/asked", timeout: 5s, threshold: 3, backoff: 100ms}}
    - {{name: told, url: "http://127.0.0.1:{hook}/told", timeout: 5s, threshold: 3, backoff: 100ms}}
"""

WAYS = ("asked", "told")
"""With the registry asked what each artifact is, and by its notifications alone."""

REPOSITORY = "team/app"
SPDX = '{"spdxVersion": "SPDX-2.3", "name": "app", "packages": []}'
CYCLONEDX = '{"bomFormat": "CycloneDX", "specVersion": "1.6"}'
SLSA = '{"buildDefinition": {"buildType": "https://ci.example.com/shop"}, "runDetails": {"builder": {"id": "ci"}}}'


def debian() -> str:
    """Debian's registry, of the line 2.8."""
    return shutil.which("docker-registry") or pytest.skip("docker-registry is not installed")


def v3() -> str:
    """The registry of today."""
    return golang.program("github.com/distribution/distribution/v3/cmd/registry", "v3.1.2")


@dataclass(frozen=True)
class Told:
    """A sidecar that heard what was attached to the platforms of an image, and to the image of all of them."""

    sidecar: Service
    address: str
    image: Image
    built: Image

    def events(self, name: str, way: str = "asked") -> list[dict[str, Any]]:
        """Those of a type, without its version."""
        return [each for each in self.sidecar.published(way) if f".{name}." in each["type"]]

    def digests(self, name: str, way: str = "asked") -> list[str]:
        """Of what the events of a type are about."""
        return [each["subject"].partition("@")[2].partition("?")[0] for each in self.events(name, way)]

    def blob(self, manifest: str) -> tuple[dict[str, Any], bytes]:
        """The last layer of a manifest, and its content, as the registry has them."""
        base, kind = f"http://{self.address}/v2/{REPOSITORY}", {"Accept": "application/vnd.oci.image.manifest.v1+json"}
        found = requests.get(f"{base}/manifests/{manifest}", headers=kind, timeout=PATIENCE).json()
        layer = found["layers"][-1]
        return layer, requests.get(f"{base}/blobs/{layer['digest']}", timeout=PATIENCE).content


@pytest.fixture(scope="module", params=[debian, v3], ids=["debian", "v3"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """All of it, and then a signature is deleted."""
    folder, hook = tmp_path_factory.mktemp("registry"), free_port()
    server = _server(request.param, folder, hook)
    using = tools(tmp_path_factory.mktemp("keys"), server.address)
    sidecar = Service(tmp_path_factory.mktemp("sidecar"), _configuration(server.address), port=hook)
    found = Told(sidecar, server.address, layout(folder / "image"), attested(folder / "built"))
    with hearing(server, sidecar):
        _attach(found, using)
        until(lambda: all(len(found.events("artifact.published", way)) >= 5 for way in WAYS), timeout=PATIENCE)
        until(lambda: len(found.events("artifact.signed")) >= 4, timeout=PATIENCE)
        using.delete(f"{REPOSITORY}@{found.events('artifact.signed')[-1]['data']['customData']['digest']}")
        until(lambda: found.events("registry-accessory.deleted"), timeout=PATIENCE)
        yield found


def _server(program: Callable[[], str], folder: Path, hook: int) -> Server:
    file, port = folder / "config.yml", free_port()
    file.write_text(REGISTRY.format(folder=folder, port=port, hook=hook))
    return Server(port, [program(), "serve", str(file)], folder)


def _configuration(address: str) -> str:
    """Two sources for one registry, of which one asks it."""
    usual = {"type": "webhook", "instance": f"http://{address}/", "mapping": "registry/distribution"}
    sources: dict[str, dict[str, object]] = {way: {**usual, "path": f"/{way}"} for way in WAYS}
    sources["asked"]["registry"] = {"url": f"http://{address}"}
    return configuration(
        sources=sources,
        sinks={way: {"type": "file", "path": f"{way}.jsonl"} for way in WAYS},
        routes={way: {"format": "cdevents", "sink": way, "sources": [way]} for way in WAYS},
    )


def _attach(told: Told, using: Tools) -> None:
    amd64, arm64 = (f"{REPOSITORY}@{digest}" for digest in told.image.manifests)
    using.push(told.image, f"{REPOSITORY}:1.0")
    using.key()
    using.sign(f"{REPOSITORY}@{told.image.index}")
    using.sign_by_tag(arm64)
    using.attest(amd64, "spdxjson", SPDX)
    using.attest(amd64, "slsaprovenance1", SLSA)
    using.attach(arm64, "application/vnd.cyclonedx+json", CYCLONEDX)
    using.notarize(amd64, "jws")
    using.notarize(arm64, "cose")
    using.push(told.built, f"{REPOSITORY}:built")


def test_only_images_are_published(told: Told) -> None:
    """Each platform's, and that of all of them; whether the registry is asked or not."""
    images = [*told.image.manifests, told.image.index, *told.built.manifests, told.built.index]
    for way in WAYS:
        assert sorted(told.digests("artifact.published", way)) == sorted(images)


def test_a_signature_is_of_the_image_that_it_signs(told: Told) -> None:
    """By cosign 3 and as cosign 2 did, by notation in either envelope: with the text that the registry has."""
    amd64, arm64 = told.image.manifests
    assert told.digests("artifact.signed") == [told.image.index, arm64, amd64, arm64]
    for event in told.events("artifact.signed")[:-1]:
        layer, content = told.blob(event["data"]["customData"]["digest"])
        kept = content.decode() + str(layer.get("annotations"))
        assert event["data"]["subject"]["content"]["signature"] in kept


def test_what_is_said_of_an_image_is_about_it(told: Told) -> None:
    """A list of its parts, attested or attached; how it was built, attested or beside it in its index."""
    amd64, arm64 = told.image.manifests
    assert told.digests("registry-sbom.attached") == [amd64, arm64]
    assert told.digests("registry-attestation.attached") == [amd64, *told.built.manifests]


def test_a_deleted_signature_is_no_deleted_image(told: Told) -> None:
    """Nor are the lists of what is attached, which tools that keep them remove for each that they add."""
    assert told.digests("registry-accessory.deleted") == [told.image.manifests[1]]
    assert told.digests("artifact.deleted") == []


def test_all_are_valid(told: Told) -> None:
    """Each is a CDEvent by the schema of its type."""
    events = [each["data"] for way in WAYS for each in told.sidecar.published(way)]
    assert [problem for event in events for problem in validation.problems(event, Spec.V0_5_1)] == []


def test_nothing_is_unmatched_or_parked(told: Told) -> None:
    """Whatever is attached, every notification of it is one that the mapping knows."""
    assert_untroubled(told.sidecar)

"""What is pushed to a real registry beside images, in the forms of cosign, notation and Helm, is told as what it is."""

from __future__ import annotations

import shutil
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.cdevents.ids import chain_id
from tests.brokers import Server
from tests.real.registry.layouts import Image, layout
from tests.real.registry.story import PATIENCE, Registry, hearing, needs_skopeo
from tests.real.registry.test_registry import REGISTRY
from tests.real.troubles import assert_untroubled
from tests.service import Service, configuration, free_port
from tests.waiting import until

pytestmark = [pytest.mark.real, needs_skopeo]

GERRIT = "https://gerrit.example.com/"
EMPTY, BUNDLE = "application/vnd.oci.empty.v1+json", "application/vnd.dev.sigstore.bundle.v0.3+json"
HELM, CACHE = "application/vnd.cncf.helm.config.v1+json", "application/vnd.buildkit.cacheconfig.v0"
SIGN, PROVENANCE = "https://sigstore.dev/cosign/sign/v1", "https://slsa.dev/provenance/v1"


@dataclass(frozen=True)
class Told:
    """A sidecar that heard what was pushed to a registry, and asked it."""

    sidecar: Service
    image: Image
    digests: dict[str, str]

    def of(self, digest: str) -> dict[str, Any]:
        """The only event that has to do with what has this digest, as its subject or in its customData."""
        found = [each for each in self.sidecar.published("events") if digest in _digests(each)]
        (only,) = found
        return only


def _digests(event: dict[str, Any]) -> set[str]:
    content, data = event["data"]["subject"]["content"], event["data"]["customData"]
    own = (
        set() if ".artifact.signed." in event["type"] or "digest" in content else {event["subject"].split("@")[1][:71]}
    )
    return own | {content.get("digest"), data.get("digest")}


def _bundle(predicate: str) -> bytes:
    statement = orjson.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": predicate})
    envelope = {"payload": b64encode(statement).decode(), "signatures": [{"sig": f"MEUC{predicate[-4:]}"}]}
    return orjson.dumps({"mediaType": BUNDLE, "dsseEnvelope": envelope})


def push(registry: Registry, image: Image) -> dict[str, str]:
    """An image, and what is kept beside it; each by its digest, but for the chart and the cache."""
    registry.skopeo("--override-arch", "amd64", "copy", f"oci:{image.folder}", "@/team/app:1.0")
    subject: dict[str, Any] = {
        "subject": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": image.manifests[0], "size": 1}
    }

    def artifact(content: bytes, kind: str, config: str = EMPTY, tag: str = "", **more: Any) -> str:
        parts = {
            "config": registry.blob("team/app", b"{}", config),
            "layers": [registry.blob("team/app", content, kind)],
        }
        return registry.manifest("team/app", parts | more, tag)

    return {
        "cosign": artifact(_bundle(SIGN), BUNDLE, artifactType=BUNDLE, **subject),
        "provenance": artifact(_bundle(PROVENANCE), BUNDLE, artifactType=BUNDLE, **subject),
        "notation": artifact(
            b'{"payload": "e30", "signature": "c2ln"}',
            "application/jose+json",
            artifactType="application/vnd.cncf.notary.signature",
            **subject,
        ),
        "components": artifact(b"{}", "application/spdx+json", artifactType="application/spdx+json", **subject),
        "chart": artifact(b"c", "application/vnd.cncf.helm.chart.content.v1.tar+gzip", HELM, "0.3.0"),
        "cache": artifact(b"l", "application/vnd.oci.image.layer.v1.tar+gzip", CACHE, "buildcache"),
        "last": artifact(b"last", "application/vnd.acme.rules"),
    }


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """All of it pushed, and heard."""
    folder, hook = tmp_path_factory.mktemp("registry"), free_port()
    server = _server(folder, hook)
    sidecar = Service(tmp_path_factory.mktemp("sidecar"), _configuration(server), port=hook)
    image = layout(folder / "image", {"org.opencontainers.image.source": f"{GERRIT}c/team/app/+/4711"})
    with hearing(server, sidecar) as registry:
        digests = push(registry, image)
        until(lambda: any(digests["last"] in each["subject"] for each in sidecar.published("events")), timeout=PATIENCE)
        yield Told(sidecar, image, digests)


def _server(folder: Path, hook: int) -> Server:
    program = shutil.which("docker-registry") or pytest.skip("docker-registry is not installed")
    file, port = folder / "config.yml", free_port()
    file.write_text(REGISTRY.format(formatter="json", folder=folder, port=port, hook=hook))
    return Server(port, [program, "serve", str(file)], folder)


def _configuration(server: Server) -> str:
    """The registry's notifications do not say what a manifest has in it: it is asked."""
    url = f"http://{server.address}"
    source = {
        "type": "webhook",
        "path": "/registry",
        "instance": f"{url}/",
        "mapping": "registry/distribution",
        "variables": {"gerrit": GERRIT},
        "registry": {"url": url},
    }
    return configuration(
        sources={"registry": source},
        sinks={"events": {"type": "file", "path": "events.jsonl"}},
        routes={"events": {"format": "cdevents", "sink": "events"}},
    )


@pytest.mark.parametrize(("tool", "text"), [("cosign", "MEUCn/v1"), ("notation", "c2ln")])
def test_a_signature_is_of_its_image(told: Told, tool: str, text: str) -> None:
    """With its text, and in the chain of the change that the image's label names."""
    signed = told.of(told.digests[tool])
    assert ".artifact.signed." in signed["type"]
    assert told.image.manifests[0] in signed["subject"]
    assert signed["data"]["subject"]["content"] == {"signature": text}
    assert signed["data"]["context"]["chainId"] == chain_id([GERRIT, "team%2Fapp~4711"])


@pytest.mark.parametrize(("what", "kind"), [("provenance", "attestation"), ("components", "sbom")])
def test_what_is_attached_to_an_image_is_of_it(told: Told, what: str, kind: str) -> None:
    """By what it says of itself; no tag names it."""
    attached = told.of(told.digests[what])
    assert f".registry-{kind}.attached." in attached["type"]
    assert told.image.manifests[0] in attached["subject"]


def test_a_chart_says_what_it_is(told: Told) -> None:
    """And is published."""
    chart = told.of(told.digests["chart"])
    assert (chart["type"].split(".")[2:4], chart["data"]["customData"]["kind"]) == (
        ["artifact", "published"],
        "helm-chart",
    )


def test_a_cache_is_nothing(told: Told) -> None:
    """It comes and goes with every build."""
    assert not any(told.digests["cache"] in _digests(each) for each in told.sidecar.published("events"))


def test_nothing_else_happened(told: Told) -> None:
    """What the sidecar itself read is no download, and nothing was unmatched or parked."""
    assert not any(".artifact.downloaded." in each["type"] for each in told.sidecar.published("events"))
    assert_untroubled(told.sidecar)

"""What a real registry tells of a real client's pushes, pulls and deletes, by notification and by its log."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters.cdevents import validation
from adapters.model import Spec
from tests import brokers
from tests.real.troubles import assert_untroubled
from tests.service import Service, free_port

pytestmark = pytest.mark.real

PATIENCE = 30.0
"""Seconds that something which happened in the registry may take to be published."""

REGISTRY = """
version: 0.1
log: {{level: info, formatter: json, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
notifications:
  endpoints: [{{name: test, url: "http://127.0.0.1:{hook}/registry", timeout: 5s, threshold: 3, backoff: 100ms}}]
"""

CONFIG = """
server: {{listen: 127.0.0.1:{port}}}
journal: {{path: journal.db}}
log: {{format: json}}
sources:
  webhook: {{type: webhook, path: /registry, instance: INSTANCE, mapping: registry/distribution}}
  log:
    type: registry-log
    instance: INSTANCE
    mapping: registry/log
    paths: [FOLDER/server.log]
    lookup: {{storage: FOLDER/storage}}
sinks:
  webhook: {{type: file, path: webhook.jsonl}}
  log: {{type: file, path: log-events.jsonl}}
routes:
  webhook: {{format: cdevents, sink: webhook, sources: [webhook]}}
  log: {{format: cdevents, sink: log, sources: [log]}}
"""

WAYS = ("webhook", "log-events")

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True)
class Told:
    """A sidecar that heard what skopeo did to a registry with an image for these platforms, and its digests."""

    sidecar: Service
    index: str
    manifests: list[str]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """An image of two platforms is pushed, tagged, copied, pulled and deleted."""
    if shutil.which("skopeo") is None:
        pytest.skip("skopeo is not installed")
    folder, port = tmp_path_factory.mktemp("registry"), free_port()
    index, manifests = layout(folder / "image", ["amd64", "arm64"])
    registry = brokers.Server(free_port(), ["docker-registry", "serve", str(folder / "config.yml")], folder)
    (folder / "config.yml").write_text(REGISTRY.format(folder=folder, port=registry.port, hook=port))
    config = CONFIG.replace("INSTANCE", f"http://{registry.address}/").replace("FOLDER", str(folder))
    sidecar = Service(tmp_path_factory.mktemp("sidecar"), config, port)
    with brokers.running(registry):
        sidecar.start()
        try:
            app = f"docker://{registry.address}/team/app"
            _work(app, folder)
            _wait_for(sidecar, "artifact.published", "app-arm")  # a log's tag is looked up, while there is one
            skopeo("delete", f"{app}-arm@{manifests[1]}")
            _wait_for(sidecar, "artifact.deleted", "app-arm")
            yield Told(sidecar, index, manifests)
        finally:
            sidecar.stop()


def _work(app: str, folder: Path) -> None:
    skopeo("copy", "--all", f"oci:{folder}/image", f"{app}:1.0")
    skopeo("copy", "--all", f"{app}:1.0", f"{app}:latest")
    skopeo("--override-arch", "arm64", "copy", f"{app}:1.0", f"{app}-arm:1.0")
    skopeo("--override-arch", "amd64", "inspect", f"{app}:latest")
    skopeo("--override-arch", "amd64", "copy", f"{app}:latest", f"dir:{folder}/pulled")


def test_each_push_and_each_deletion_is_told(told: Told) -> None:
    """An image for two platforms is three artifacts, again under each tag; which repository is in the subject."""
    amd64, arm64 = told.manifests
    assert digests(told, "artifact.published") == [amd64, arm64, told.index, amd64, arm64, told.index, arm64]
    assert digests(told, "artifact.deleted") == [arm64]


def test_the_log_tells_what_the_notifications_tell(told: Told) -> None:
    """Each event has the same id and subject from either, in order; but a log does not tell of lost tags."""
    notified, logged = (
        [(each["type"], each["id"], each["subject"]) for each in told.sidecar.published(way)] for way in WAYS
    )
    assert logged == [each for each in notified if "registry-tag" not in each[0]]


def test_all_are_valid(told: Told) -> None:
    """Each is a CDEvent by the schema of its type."""
    events = [each["data"] for way in WAYS for each in told.sidecar.published(way)]
    assert [problem for event in events for problem in validation.problems(event, Spec.V0_5_1)] == []


def test_nothing_is_unmatched_or_parked(told: Told) -> None:
    """Every notification of a registry, and every line of its log, is one that its mapping knows."""
    assert_untroubled(told.sidecar)


def digests(told: Told, name: str) -> list[str]:
    """The digests of the images that notifications of this kind are about."""
    events = [each for each in told.sidecar.published("webhook") if f".{name}." in each["type"]]
    return [each["subject"].partition("@")[2].partition("?")[0] for each in events]


def layout(folder: Path, architectures: list[str]) -> tuple[str, list[str]]:
    """Writes an OCI image layout, an image for each architecture; the digests of its index and manifests."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

    def manifest(architecture: str) -> dict[str, Any]:
        config = {"architecture": architecture, "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
        described = blob(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json")
        content = {"schemaVersion": 2, "mediaType": MANIFEST, "config": described, "layers": []}
        platform = {"architecture": architecture, "os": "linux"}
        return {**blob(json.dumps(content).encode(), MANIFEST), "platform": platform}

    manifests = [manifest(each) for each in architectures]
    index = blob(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}).encode(), INDEX)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    return index["digest"], [each["digest"] for each in manifests]


def skopeo(*arguments: str) -> None:
    """One command of the client, to a registry without TLS."""
    command = ["skopeo", "--insecure-policy", "--tls-verify=false", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def _wait_for(sidecar: Service, name: str, image: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not all(_is_told(sidecar.published(way), name, image) for way in WAYS):
        assert time.monotonic() < deadline, f"it has not been heard: {sidecar.log()[-2000:]}"
        time.sleep(0.05)


def _is_told(published: list[dict[str, Any]], name: str, image: str) -> bool:
    return any(f".{name}." in each["type"] and f"/{image}@" in each["subject"] for each in published)

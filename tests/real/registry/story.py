"""What is done to a registry with an image of two platforms, by skopeo and, where it has no command, by HTTP."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.brokers import Server, running
from tests.service import Service

needs_skopeo = pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed")

PATIENCE = 120.0
"""Seconds that a command may take, and that something which happened in the registry may take to be published."""

_KIND = "application/vnd.oci.image."
_MANIFEST, _INDEX = f"{_KIND}manifest.v1+json", f"{_KIND}index.v1+json"


@dataclass(frozen=True)
class Image:
    """An OCI image layout in a folder, and its digests."""

    folder: Path
    index: str
    manifests: list[str]


@dataclass(frozen=True)
class Registry:
    """Where one listens; it speaks no TLS."""

    address: str

    def skopeo(self, *arguments: str) -> None:
        """One command of the client, in which `@` is the registry."""
        given = [each.replace("@/", f"docker://{self.address}/") for each in arguments]
        command = ["skopeo", "--insecure-policy", "--tls-verify=false", *given]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"

    def blob(self, repository: str, content: bytes, kind: str) -> dict[str, Any]:
        """Uploads a blob in one piece (end-4), and gives its descriptor."""
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        begun = requests.post(f"http://{self.address}/v2/{repository}/blobs/uploads/", timeout=PATIENCE)
        done = requests.put(begun.headers["Location"], params={"digest": digest}, data=content, timeout=PATIENCE)
        assert done.status_code == requests.codes.created, done.text
        return {"mediaType": kind, "digest": digest, "size": len(content)}

    def manifest(self, repository: str, manifest: dict[str, Any], tag: str = "") -> str:
        """Puts a manifest by its digest, or by a tag (end-7), and gives its digest."""
        content = json.dumps({"schemaVersion": 2, "mediaType": _MANIFEST} | manifest).encode()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        url = f"http://{self.address}/v2/{repository}/manifests/{tag or digest}"
        done = requests.put(url, data=content, headers={"Content-Type": _MANIFEST}, timeout=PATIENCE)
        assert done.status_code == requests.codes.created, done.text
        return digest

    def untag(self, repository: str, tag: str) -> None:
        """Deletes a tag, and not its image, as OCI's distribution-spec has it (end-9)."""
        answer = requests.delete(f"http://{self.address}/v2/{repository}/manifests/{tag}", timeout=PATIENCE)
        assert answer.status_code == requests.codes.accepted, answer.text


@contextmanager
def hearing(server: Server, sidecar: Service) -> Iterator[Registry]:
    """A registry at work, and the sidecar that hears of it."""
    with running(server):
        sidecar.start()
        try:
            yield Registry(server.address)
        finally:
            sidecar.stop()


def tell(registry: Registry, image: Image) -> None:
    """The image is pushed, tagged, signed, pulled and, which comes last, pushed elsewhere with its layer mounted."""
    amd64, _ = image.manifests
    registry.skopeo("copy", "--all", f"oci:{image.folder}", "@/team/app:1.0")
    registry.skopeo("copy", "--all", "@/team/app:1.0", "@/team/app:latest")
    registry.skopeo("--override-arch", "amd64", "copy", "@/team/app:1.0", f"@/team/app:{amd64.replace(':', '-')}.sig")
    registry.skopeo("--override-arch", "amd64", "inspect", "@/team/app:latest")
    registry.skopeo("--override-arch", "amd64", "copy", "@/team/app:latest", f"dir:{image.folder}/pulled")
    registry.skopeo("--override-arch", "arm64", "copy", "@/team/app:1.0", "@/team/app-arm:1.0")


def layout(folder: Path, labels: Mapping[str, str] | None = None) -> Image:
    """Writes an image for amd64 and arm64, with a layer that both have."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def blob(content: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

    def document(content: dict[str, Any], kind: str) -> dict[str, Any]:
        return blob(json.dumps(content).encode(), kind)

    tar = bytes(1024)  # the end of an archive, and nothing before it
    layer = blob(gzip.compress(tar, mtime=0), f"{_KIND}layer.v1.tar+gzip")
    layers = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(tar).hexdigest()}"]}

    def manifest(architecture: str) -> dict[str, Any]:
        platform = {"architecture": architecture, "os": "linux"}
        config = document(platform | {"rootfs": layers, "config": {"Labels": labels}}, f"{_KIND}config.v1+json")
        content = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": [layer]}
        return document(content, _MANIFEST) | {"platform": platform}

    manifests = [manifest(each) for each in ("amd64", "arm64")]
    index = document({"schemaVersion": 2, "mediaType": _INDEX, "manifests": manifests}, _INDEX)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    return Image(folder, index["digest"], [each["digest"] for each in manifests])

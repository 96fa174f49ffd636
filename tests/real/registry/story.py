"""What is done to a registry with an image of two platforms, by skopeo and, where it has no command, by HTTP."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests.brokers import Server, running
from tests.real.registry.layouts import MANIFEST, Image
from tests.service import Service

needs_skopeo = pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo is not installed")

PATIENCE = 120.0
"""Seconds that a command may take, and that something which happened in the registry may take to be published."""


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
        content = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST} | manifest).encode()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        url = f"http://{self.address}/v2/{repository}/manifests/{tag or digest}"
        done = requests.put(url, data=content, headers={"Content-Type": MANIFEST}, timeout=PATIENCE)
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

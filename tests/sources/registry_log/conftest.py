"""A real registry, where there is one: Debian's docker-registry, with all of its logs and its notifications."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
import requests

from tests.receiver import Receiver, receiving
from tests.service import free_port, listens
from tests.waiting import until

OCI = "application/vnd.oci.image.manifest.v1+json"

CONFIG = """
version: 0.1
log: {{level: info, formatter: {formatter}, accesslog: {{disabled: false}}}}
storage: {{filesystem: {{rootdirectory: {storage}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
notifications:
  endpoints: [{{name: test, url: "{hook}", timeout: 5s, threshold: 3, backoff: 100ms}}]
"""


@dataclass(frozen=True)
class Registry:
    """One at work: where it is, where it writes, and what it notifies."""

    url: str
    storage: Path
    log: Path
    access_log: Path
    hook: Receiver

    def push(self, repository: str, reference: str, *, label: str = "") -> str:
        """Pushes an image with nothing in it; its digest."""
        layer = b"{}" + label.encode()
        blob = f"sha256:{hashlib.sha256(layer).hexdigest()}"
        location = self._ok(requests.post(f"{self.url}/v2/{repository}/blobs/uploads/", timeout=9)).headers["Location"]
        self._ok(requests.put(location, layer, params={"digest": blob}, timeout=9))
        config = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": blob, "size": len(layer)}
        manifest = orjson.dumps({"schemaVersion": 2, "mediaType": OCI, "config": config, "layers": []})
        digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
        url = f"{self.url}/v2/{repository}/manifests/{reference or digest}"
        self._ok(requests.put(url, manifest, headers={"Content-Type": OCI}, timeout=9))
        return digest

    def ask(self, method: str, repository: str, reference: str) -> None:
        """Pulls or deletes an image."""
        url = f"{self.url}/v2/{repository}/manifests/{reference}"
        self._ok(requests.request(method, url, headers={"Accept": OCI}, timeout=9))

    @staticmethod
    def _ok(answer: requests.Response) -> requests.Response:
        answer.raise_for_status()
        return answer


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """What its notifications are posted to."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(params=["json", "text"])
def registry(request: pytest.FixtureRequest, tmp_path: Path, hook: Receiver) -> Iterator[Registry]:
    """One that logs in JSON, and one that logs in text."""
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip("docker-registry is not installed")
    port, storage = free_port(), tmp_path / "storage"
    log, access_log = tmp_path / "registry.log", tmp_path / "access.log"
    config = CONFIG.format(formatter=request.param, storage=storage, port=port, hook=hook.url)
    (tmp_path / "config.yml").write_text(config)
    with log.open("wb") as errors, access_log.open("wb") as output:
        process = subprocess.Popen([program, "serve", str(tmp_path / "config.yml")], stdout=output, stderr=errors)
    until(lambda: listens(port))
    yield Registry(f"http://127.0.0.1:{port}", storage, log, access_log, hook)
    process.terminate()
    process.wait(10)

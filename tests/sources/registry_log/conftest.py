"""A real registry, where there is one: Debian's docker-registry, with all of its logs and its notifications."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import orjson
import pytest
import requests

OCI = "application/vnd.oci.image.manifest.v1+json"

CONFIG = """
version: 0.1
log: {{level: info, formatter: {formatter}, accesslog: {{disabled: false}}}}
storage: {{filesystem: {{rootdirectory: {storage}}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:{port}"}}
notifications:
  endpoints: [{{name: test, url: "http://127.0.0.1:{hook}/", timeout: 5s, threshold: 3, backoff: 100ms}}]
"""


@dataclass
class Registry:
    """One at work: where it is, where it writes, and the bodies of its notifications."""

    url: str
    storage: Path
    log: Path
    access_log: Path
    notifications: list[bytes] = field(default_factory=list)

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


@pytest.fixture(params=["json", "text"])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    """One that logs in JSON, and one that logs in text."""
    program = shutil.which("docker-registry")
    if program is None:
        pytest.skip("docker-registry is not installed")
    hook, port = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler), _free_port()
    found = Registry(
        f"http://127.0.0.1:{port}", tmp_path / "storage", tmp_path / "registry.log", tmp_path / "access.log"
    )
    config = CONFIG.format(formatter=request.param, storage=found.storage, port=port, hook=hook.server_port)
    (tmp_path / "config.yml").write_text(config)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.notifications.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    hook.RequestHandlerClass = Handler
    thread = Thread(target=hook.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    with found.log.open("wb") as errors, found.access_log.open("wb") as output:
        process = subprocess.Popen([program, "serve", str(tmp_path / "config.yml")], stdout=output, stderr=errors)
    _wait_for(port)
    yield found
    process.terminate()
    process.wait(10)
    hook.shutdown()
    thread.join()
    hook.server_close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the registry did not start")

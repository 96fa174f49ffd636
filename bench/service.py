"""A real sidecar in a process of its own, in a folder of its own, on a free port of this machine."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

ROOT = Path(__file__).parent.parent
ADAPTERS = ("-m", "adapters")
SERVER = """
server: {{listen: "127.0.0.1:{port}"}}
journal: {{path: journal.db, max_size: 8GiB}}
log: {{level: warning}}
"""
JENKINS = """
sources:
  jenkins: {type: webhook, path: /jenkins, instance: "https://jenkins.example.com/", mapping: jenkins/notification}
"""
ROUTES = """
sinks:
  legacy-file: {type: file, path: legacy.jsonl}
  cdevents-file: {type: file, path: cdevents.jsonl}
routes:
  legacy: {format: legacy, sink: legacy-file}
  cdevents: {format: cdevents, sink: cdevents-file}
"""


@dataclass(frozen=True, slots=True)
class Service:
    """A sidecar that has been started; `folder` holds its journal and what it publishes."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def wait(self, seconds: float = 30.0) -> None:
        """Returns when it is ready; raises TimeoutError when it is not in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if requests.get(f"{self.url}/readyz", timeout=1).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.02)
        raise TimeoutError(f"the sidecar in {self.folder} is not ready")


@contextmanager
def started(*, routes: bool, sources: str = JENKINS, program: Sequence[str] = ADAPTERS) -> Iterator[Service]:
    """A sidecar, with or without routes to files, that may not be ready yet; stopped and its folder gone at the end."""
    with TemporaryDirectory(prefix="bench-") as name:
        folder, port = Path(name), _free_port()
        config = SERVER.format(port=port) + sources + (ROUTES if routes else "")
        (folder / "adapters.yaml").write_text(config, encoding="utf-8")
        command = [sys.executable, *program, "run", "--config", "adapters.yaml"]
        process = subprocess.Popen(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)})
        try:
            yield Service(process, folder, port)
        finally:
            process.terminate()
            process.wait()


def wait_for_lines(path: Path, count: int) -> None:
    """Returns when a file that is written to has so many lines."""
    while not path.exists():
        time.sleep(0.01)
    with path.open("rb") as file:
        while count > 0:
            count -= (chunk := file.read(1 << 20)).count(b"\n")
            if not chunk:
                time.sleep(0.05)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port

"""A real sidecar process for tests: started, asked, stopped, killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from tests.checkout import ROOT

ADAPTERS = ("-m", "adapters")
INSTANCE = "https://jenkins.example.com/"

CONFIG = """
server: {{listen: 127.0.0.1:{port}, drain: 30s}}
journal: {{path: journal.db}}
log: {{format: json}}
sources:
  jenkins: {{type: webhook, path: /jenkins, instance: https://jenkins.example.com/, mapping: jenkins/notification}}
  gerrit: {{type: webhook, path: /gerrit, instance: https://gerrit.example.com/, mapping: gerrit/events}}
  registry:
    type: webhook
    path: /registry
    instance: https://registry.example.com/
    mapping: registry/distribution
    on_invalid: park
sinks:
  legacy-file: {{type: file, path: legacy.jsonl}}
  cdevents-file: {{type: file, path: cdevents.jsonl}}
routes:
  legacy: {{format: legacy, sink: legacy-file}}
  cdevents: {{format: cdevents, sink: cdevents-file}}
"""


_HANDING_OVER = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.execve(sys.argv[2], sys.argv[2:], {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())})
"""
"""A program that hands over a socket as sd_listen_fds(3) has it, and becomes another one."""


def configuration(**parts: object) -> str:
    """A configuration like CONFIG, but for its sources, sinks and routes: these parts."""
    text = "".join(f"{name}: {orjson.dumps(part).decode()}\n" for name, part in parts.items())
    return CONFIG[: CONFIG.index("sources:")] + text.replace("{", "{{").replace("}", "}}")


def build(number: int) -> bytes:
    """The end of a build, as the notification plugin would tell it."""
    url = f"job/load/{number}/"
    told = {
        "full_url": INSTANCE + url,
        "number": number,
        "queue_id": number,
        "timestamp": 1718000000000 + number,
        "duration": 1,
        "phase": "FINALIZED",
        "status": "SUCCESS",
        "url": url,
        "scm": {},
        "log": "",
        "artifacts": {},
    }
    return orjson.dumps({"name": "load", "display_name": "load", "url": "job/load/", "build": told})


def free_port() -> int:
    """A port of the loopback interface that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether a server takes connections at a port of the loopback interface."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Service:
    """A sidecar in a folder of its own; `port` is where it listens, `environment` is what it has beside ours.

    `program` is what Python runs: the sidecar, or what stands in for it; `arguments` are added to its own. `listener`
    is handed to it, as systemd does, and stays.
    """

    folder: Path
    config: str = CONFIG
    program: Sequence[str] = ADAPTERS
    port: int = field(default_factory=free_port)
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    arguments: Sequence[str] = ()
    listener: socket.socket | None = None

    def start(self, *, timeout: float = 30.0) -> None:
        """Starts it, and returns when it is ready."""
        process = self.spawn()
        deadline = time.monotonic() + timeout
        while not self.ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the sidecar did not start: {self.log()[-2000:]}")
            time.sleep(0.02)

    def spawn(self) -> subprocess.Popen[bytes]:
        """Starts it, and waits for nothing."""
        (self.folder / "config.yaml").write_text(self.config.format(port=self.port))
        command = [sys.executable, *self.program, "run", "--config", "config.yaml", *self.arguments]
        handed = [self.listener.fileno()] if self.listener else []
        if handed:
            command = [sys.executable, "-c", _HANDING_OVER, str(*handed), *command]
        with (self.folder / "log.jsonl").open("ab") as log:
            environment = {**os.environ, "PYTHONPATH": str(ROOT), **self.environment}
            self.process = subprocess.Popen(command, cwd=self.folder, stderr=log, env=environment, pass_fds=handed)
        return self.process

    def ready(self) -> bool:
        """Whether it says that it is ready."""
        try:
            return self.ask("GET", "/readyz")[0] == http.client.OK
        except (OSError, http.client.HTTPException):
            return False

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Status and body of one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def metrics(self) -> dict[str, float]:
        """Its metrics now, by name and labels as they are written: `delivery_retries_total{route="legacy"}`."""
        _, text = self.ask("GET", "/metrics")
        lines = [line.rsplit(" ", 1) for line in text.decode().splitlines() if not line.startswith("#")]
        return {name.removeprefix("cdevents_adapters_"): float(value) for name, value in lines}

    def lag(self) -> float:
        """How many records its routes have still to pass, all told."""
        return sum(value for name, value in self.metrics().items() if name.startswith("route_lag_records"))

    def kill(self) -> None:
        """Ends it as a power cut would, as far as the process can tell."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self, *, timeout: float = 60.0) -> int:
        """Asks it to end, waits until it has, and gives its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout)

    def log(self) -> str:
        """What it has written to its log, over all starts."""
        return (self.folder / "log.jsonl").read_text(errors="replace")

    def published(self, name: str) -> list[dict[str, Any]]:
        """The CloudEvents in one of its files, each line a whole one."""
        path = self.folder / f"{name}.jsonl"
        return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


@contextmanager
def running(
    folder: Path, config: str = CONFIG, program: Sequence[str] = ADAPTERS, **environment: str
) -> Iterator[Service]:
    """A sidecar that is ready, and killed at the end if it still runs."""
    service = Service(folder, config, program, environment=environment)
    service.start()
    try:
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill()


@contextmanager
def ended() -> Iterator[list[Service]]:
    """A list of services, of which those that run at its end are killed."""
    services: list[Service] = []
    yield services
    for each in services:
        if each.process is not None and each.process.poll() is None:
            each.kill()

"""A real Alertmanager, alone, as Debian has it (`prometheus-alertmanager`)."""

from __future__ import annotations

import http.client
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.brokers import Server
from tests.service import free_port

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
needs_alertmanager = pytest.mark.skipif(
    PROGRAM is None, reason="needs Alertmanager: apt-get install prometheus-alertmanager"
)

REPEAT = 2
"""Seconds after which an alert that still fires is told again."""

TOKEN = "s3cret"

_CONFIGURATION = """
route:
  receiver: cdevents
  group_by: [alertname]
  group_wait: 300ms
  group_interval: 1s
  repeat_interval: {repeat}s
receivers:
  - name: cdevents
    webhook_configs:
      - url: http://127.0.0.1:{hook}/alertmanager
        http_config: {{authorization: {{credentials: {token}}}}}
"""


@dataclass(frozen=True)
class Alertmanager:
    """One that runs, and is told of alerts as Prometheus would tell it."""

    server: Server

    def tell(self, name: str, started: datetime, ended: datetime | None = None, **labels: str) -> None:
        """An alert that fires since a moment, or that has ended."""
        alert = {
            "labels": {"alertname": name, **labels},
            "annotations": {"summary": f"{name} of {labels.get('service', 'nothing')}"},
            "startsAt": started.isoformat(),
            "endsAt": (ended or datetime.now(UTC) + timedelta(minutes=5)).isoformat(),
            "generatorURL": "http://prometheus.example.com/graph?g0.expr=up",
        }
        connection = http.client.HTTPConnection(self.server.address, timeout=30)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", "/api/v2/alerts", json.dumps([alert]), headers)
            answer = connection.getresponse()
            assert answer.status == http.client.OK, answer.read()
        finally:
            connection.close()


@contextmanager
def alertmanager(folder: Path, hook: int) -> Iterator[Alertmanager]:
    """One that tells a webhook at a port, and is ended with the test."""
    folder.mkdir()
    (folder / "config.yml").write_text(_CONFIGURATION.format(hook=hook, repeat=REPEAT, token=TOKEN))
    port = free_port()
    command = [
        str(PROGRAM),
        f"--config.file={folder / 'config.yml'}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    server = Server(port, command, folder)
    server.start()
    try:
        yield Alertmanager(server)
    finally:
        server.stop()

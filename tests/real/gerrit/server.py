"""A real Gerrit on the loopback interface: its own code from Maven Central, in a folder of its own."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from tests.brokers import Server
from tests.real import maven
from tests.service import free_port

HERE = Path(__file__).parent
OLDEST_JAVA = 21
"""What Gerrit 3.13 is compiled for. That of a JDK, for what starts it here is a source file."""

ADMIN = ("admin", "secret")
"""Whom `init --dev` creates, with an HTTP password (java/com/google/gerrit/pgm/init/InitAdminUser.java)."""

_GUARD = ")]}'"


@dataclass(frozen=True)
class Gerrit:
    """One that runs; `key` lets its administrator in over SSH, `known_hosts` has its own key."""

    folder: Path
    http_port: int
    ssh_port: int

    @property
    def url(self) -> str:
        """Its canonical URL."""
        return f"http://127.0.0.1:{self.http_port}/"

    @property
    def site(self) -> Path:
        """Where it keeps all that it has."""
        return self.folder / "site"

    @property
    def key(self) -> Path:
        """The administrator's private key."""
        return self.folder / "key"

    @property
    def known_hosts(self) -> Path:
        """Its host key, as OpenSSH writes it."""
        return self.folder / "known_hosts"

    def ask(self, method: str, path: str, body: Any = None, *, kind: str = "application/json") -> Any:
        """The decoded answer of its REST API; None if it is empty."""
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        headers = {} if body is None else {"Content-Type": kind}
        answer = requests.request(method, f"{self.url}a/{path}", data=data, headers=headers, auth=ADMIN, timeout=30)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return json.loads(answer.text.removeprefix(_GUARD)) if answer.text.startswith(_GUARD) else None


@contextmanager
def running(folder: Path, webhook: str) -> Iterator[Gerrit]:
    """A Gerrit that is ready and posts its events to `webhook`; skips where there is no JDK, Maven or Central."""
    program = maven.java(OLDEST_JAVA, "Gerrit", compiler=True)
    java = [
        program,
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        f"{maven.libraries(HERE / 'pom.xml')}/*",
        str(HERE / "Gerrit.java"),
    ]
    gerrit = Gerrit(folder, free_port(), free_port())
    subprocess.run([*java, "init", gerrit.site], check=True, capture_output=True, timeout=180)
    _configure(gerrit)
    server = Server(gerrit.http_port, [*java, "daemon", str(gerrit.site), webhook], folder)
    try:
        server.start()
        gerrit.ask("POST", "accounts/self/sshkeys", gerrit.key.with_suffix(".pub").read_text(), kind="text/plain")
        yield gerrit
    finally:
        server.stop()


def _configure(gerrit: Gerrit) -> None:
    for name, value in {
        "gerrit.canonicalWebUrl": gerrit.url,
        "httpd.listenUrl": gerrit.url,
        "sshd.listenAddress": f"127.0.0.1:{gerrit.ssh_port}",
        "sendemail.enable": "false",
    }.items():
        subprocess.run(["git", "config", "-f", gerrit.site / "etc" / "gerrit.config", name, value], check=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", gerrit.key], check=True)
    host_key = (gerrit.site / "etc" / "ssh_host_ed25519_key.pub").read_text()
    gerrit.known_hosts.write_text(f"[127.0.0.1]:{gerrit.ssh_port} {host_key}")

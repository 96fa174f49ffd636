"""A Gerrit for tests: a real SSH server and a real HTTP server on this machine, that do as they are told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import asyncssh
import orjson
import pytest

from adapters.journal import Journal
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from tests.sources.gerrit_stream.said import INSTANCE, line
from tests.sources.gerrit_stream.world import Running

Session = Callable[["asyncssh.SSHServerProcess[bytes]"], Awaitable[None]]
"""What the server does with one command."""


@dataclass
class SshGerrit:
    """Plays one session for each command; the last one again and again. `commands` are those that were given."""

    port: int = 0
    sessions: list[Session] = field(default_factory=list)
    commands: list[str | None] = field(default_factory=list)
    connections: int = 0

    async def serve(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Takes a command."""
        self.commands.append(process.command)
        session = self.sessions[0] if len(self.sessions) == 1 else self.sessions.pop(0)
        with suppress(asyncssh.Error, OSError):
            await session(process)


@dataclass(frozen=True)
class Keys:
    """The files of a client, and the server's key."""

    host: asyncssh.SSHKey
    client: Path
    known_hosts: Path
    authorized: Path


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """A host key that is known under any name, and a client's key that is let in."""
    folder = tmp_path_factory.mktemp("ssh")
    host, client = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    client.write_private_key(folder / "id")
    client.write_public_key(folder / "authorized")
    (folder / "known_hosts").write_bytes(b"* " + host.export_public_key())
    return Keys(host, folder / "id", folder / "known_hosts", folder / "authorized")


@pytest.fixture
async def ssh(keys: Keys) -> AsyncIterator[SshGerrit]:
    """The SSH side of Gerrit, listening."""
    gerrit = SshGerrit()

    def counted() -> asyncssh.SSHServer:
        gerrit.connections += 1
        return asyncssh.SSHServer()

    server = await asyncssh.create_server(
        counted,
        "127.0.0.1",
        0,
        server_host_keys=[keys.host],
        authorized_client_keys=str(keys.authorized),
        process_factory=gerrit.serve,
        encoding=None,
    )
    gerrit.port = server.sockets[0].getsockname()[1]
    yield gerrit
    server.close()
    await server.wait_closed()


def says(*lines: bytes, then: Session | None = None) -> Session:
    """A session that says this, and then does something, or holds the line."""

    async def session(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stdout.write(b"".join(lines))
        await process.stdout.drain()
        await (then or holds)(process)

    return session


async def holds(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Says nothing more."""
    await process.wait_closed()


async def hangs_up(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Breaks the connection, as a network does."""
    await asyncio.sleep(0.05)  # so that what was said is on its way
    process.get_extra_info("connection").abort()


async def ends(process: asyncssh.SSHServerProcess[bytes]) -> None:
    """Ends the command, as Gerrit does when it stops."""
    process.exit(0)


@dataclass
class HttpGerrit:
    """The REST API: an events log (None: not installed) and changes.

    `page` is how much is told at once, `zone` that of the server's clock. `asked` are the paths and queries; `refusals`
    are statuses to answer first, `page_of_another` is what a server that is not Gerrit says. `before_answer` is called
    with each query.
    """

    url: str = ""
    log: list[dict[str, Any]] | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    page: int = 5000
    zone: str = "UTC"
    refusals: list[int] = field(default_factory=list)
    page_of_another: bytes = b""
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)
    authorizations: list[str | None] = field(default_factory=list)
    before_answer: Callable[[HttpGerrit], object] = lambda _gerrit: None

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        self.asked.append((path, query))
        self.before_answer(self)
        if self.refusals:
            return self.refusals.pop(0), "text/plain", b"not now\n"
        if self.page_of_another:
            return 200, "text/html", self.page_of_another
        if path.endswith("/plugins/events-log/events/") and self.log is not None:
            return 200, "text/html", self._events(query)
        if path.endswith("/changes/"):
            return 200, "application/json;charset=utf-8", b")]}'\n" + orjson.dumps(self._changes(query))
        return 404, "text/plain", b"Not Found"

    def _events(self, query: dict[str, list[str]]) -> bytes:
        start = datetime.fromisoformat(query["t1"][0]).replace(tzinfo=ZoneInfo(self.zone)).timestamp()
        told = sorted((e for e in self.log or () if e["eventCreatedOn"] >= start), key=lambda e: e["eventCreatedOn"])
        return b"\n" + b"".join(b"\t" + line(event) for event in told[: self.page])

    def _changes(self, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        after = query["q"][0].removeprefix('after:"').removesuffix('"')
        found = sorted((c for c in self.changes if c["updated"] >= after), key=lambda c: c["updated"], reverse=True)
        first = int(query["S"][0])
        page = [dict(change) for change in found[first : first + min(self.page, int(query["n"][0]))]]
        if page and first + len(page) < len(found):
            page[-1]["_more_changes"] = True
        return page


@pytest.fixture
def http() -> Iterator[HttpGerrit]:
    """The HTTP side of Gerrit, listening."""
    gerrit = HttpGerrit()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            gerrit.authorizations.append(self.headers.get("Authorization"))
            status, kind, body = gerrit.answer(parts.path, parse_qs(parts.query))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    gerrit.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield gerrit
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(ssh: SshGerrit, http: HttpGerrit, keys: Keys) -> Callable[..., GerritStreamSettings]:
    """Settings for these two servers, but for what is given."""

    def settings(**given: Any) -> GerritStreamSettings:
        usual = {
            "type": "gerrit-stream",
            "instance": INSTANCE,
            "host": "127.0.0.1",
            "port": ssh.port,
            "username": "cdevents",
            "key": str(keys.client),
            "known_hosts": str(keys.known_hosts),
            "http": {"url": http.url, "username": "cdevents", "password": "secret"},
        }
        return GerritStreamSettings.model_validate(usual | given)

    return settings


@pytest.fixture
def unused_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Running]:
    """A world with an empty journal."""
    journal = Journal(tmp_path / "journal.db", max_bytes=64 << 20)
    yield Running(journal)
    await journal.aclose()

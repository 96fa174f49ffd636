"""A Gerrit for tests: a real SSH server and a real HTTP server on this machine, that do as they are told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from adapters.journal import Journal
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from tests.sources.gerrit.said import INSTANCE
from tests.sources.gerrit.server import HttpGerrit, listening
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


@pytest.fixture
def http() -> Iterator[HttpGerrit]:
    """The HTTP side of Gerrit."""
    with listening() as gerrit:
        yield gerrit


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

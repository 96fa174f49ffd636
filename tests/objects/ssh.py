"""An SFTP server on the loopback interface, of a folder: asyncssh's, with a key for its one user."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import asyncssh


@dataclass(frozen=True)
class Served:
    """Where it is, and what lets one in; what is in `folder` is at its root."""

    root: str
    folder: Path
    options: dict[str, str]
    connections: list[asyncssh.SSHServerConnection]
    loop: asyncio.AbstractEventLoop

    def cut(self) -> None:
        """Ends every connection."""
        for each in self.connections:
            self.loop.call_soon_threadsafe(each.abort)
        self.connections.clear()


@contextmanager
def sftp(place: Path) -> Iterator[Served]:
    """A server that is up."""
    folder, keys = place / "served", place / "keys"
    folder.mkdir()
    keys.mkdir()
    own, user = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    user.write_private_key(keys / "user")
    user.write_public_key(keys / "user.pub")
    loop, connections = asyncio.new_event_loop(), list[asyncssh.SSHServerConnection]()

    class Server(asyncssh.SSHServer):
        def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
            connections.append(connection)

    async def start() -> asyncssh.SSHAcceptor:
        def files(channel: Any) -> asyncssh.SFTPServer:
            return asyncssh.SFTPServer(channel, chroot=str(folder).encode())

        return await asyncssh.create_server(
            Server,
            "127.0.0.1",
            0,
            server_host_keys=[own],
            authorized_client_keys=str(keys / "user.pub"),
            sftp_factory=files,
        )

    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
    port = acceptor.get_port()
    known = f"[127.0.0.1]:{port} {own.export_public_key().decode()}"
    (keys / "known_hosts").write_text(known)
    options = {"client_key": str(keys / "user"), "known_hosts": str(keys / "known_hosts")}
    served = Served(f"sftp://ci@127.0.0.1:{port}", folder, options, connections, loop)
    try:
        yield served
    finally:
        served.cut()
        loop.call_soon_threadsafe(acceptor.close)
        asyncio.run_coroutine_threadsafe(acceptor.wait_closed(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()

"""`gerrit stream-events` over SSH: only with a known host key, and with a watch on the line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from adapters.errors import AdapterError
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.pulse import Pulse

if TYPE_CHECKING:
    import asyncssh

KEEPALIVES = 3
"""Keep-alives without an answer after which a connection counts as dead."""

LONGEST_LINE = 64 << 20
"""Bytes of a line after which it is none of Gerrit's."""

FAREWELL = 2.0
"""Seconds that the end of a connection may take; then it is cut."""

_CHUNK = 1 << 18
_LAST_WORDS = 2000


class StreamLost(AdapterError):
    """There is no stream, or no more: connect again."""


class Lines:
    """Makes whole lines of chunks; what follows the last line break is no line until its own comes."""

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._rest = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this chunk completes, stripped, without blank ones; raises StreamLost for an endless one."""
        self._rest += chunk
        if len(self._rest) > self._longest:
            raise StreamLost(f"a line has more than {self._longest} bytes")
        if b"\n" not in chunk:
            return []
        *lines, self._rest = self._rest.split(b"\n")
        return [bytes(line) for each in lines if (line := each.strip())]


async def stream(settings: GerritStreamSettings, pulse: Pulse) -> AsyncGenerator[bytes, None]:
    """An empty chunk when Gerrit has taken the command, then what it says; ends by raising StreamLost."""
    import asyncssh  # noqa: PLC0415 - only who uses this source needs it

    pulse.rest(2 * settings.timeout)
    try:
        async with connection(settings) as ssh:
            async with asyncio.timeout(settings.timeout):
                process = await ssh.create_process(_command(settings), encoding=None)
            yield b""
            async for chunk in _output(process, pulse):
                yield chunk
    except (OSError, asyncssh.Error, ValueError) as error:
        raise StreamLost(sentence(error, settings)) from None


@asynccontextmanager
async def connection(settings: GerritStreamSettings) -> AsyncGenerator[asyncssh.SSHClientConnection, None]:
    """A connection; raises what `sentence` puts into words. Its end waits FAREWELL seconds at most for the server."""
    import asyncssh  # noqa: PLC0415 - as above

    ssh = await asyncssh.connect(
        settings.host,
        settings.port,
        config=None,
        username=settings.username,
        client_keys=[str(settings.key)],
        agent_path=None,
        known_hosts=None if settings.known_hosts == "none" else str(settings.known_hosts),
        preferred_auth="publickey",
        connect_timeout=settings.timeout,
        login_timeout=settings.timeout,
        keepalive_interval=settings.keepalive,
        keepalive_count_max=KEEPALIVES,
    )
    try:
        yield ssh
    finally:
        ssh.close()
        await _farewell(ssh)


async def _farewell(ssh: asyncssh.SSHClientConnection) -> None:
    try:
        async with asyncio.timeout(FAREWELL):
            await ssh.wait_closed()
    except TimeoutError:
        ssh.abort()


def _command(settings: GerritStreamSettings) -> str:
    return " ".join(["gerrit stream-events", *(f"-s {event}" for event in settings.events)])


async def _output(process: asyncssh.SSHClientProcess[bytes], pulse: Pulse) -> AsyncGenerator[bytes, None]:
    said = asyncio.create_task(_last_words(process.stderr))
    try:
        while chunk := await _chunk(process, pulse):
            yield chunk
        raise StreamLost(f"gerrit stream-events ended{await said}")
    finally:
        said.cancel()


async def _chunk(process: asyncssh.SSHClientProcess[bytes], pulse: Pulse) -> bytes:
    with pulse.idle():  # keep-alives tell whether Gerrit is there
        return await process.stdout.read(_CHUNK)


async def _last_words(stderr: asyncssh.SSHReader[bytes]) -> str:
    """The end of what Gerrit says on stderr, such as `fatal: ...`; all is read, lest Gerrit wait for it to be."""
    said = b""
    with suppress(Exception):  # the end of the connection is told by the other reader
        while chunk := await stderr.read(_CHUNK):
            said = (said + chunk)[-_LAST_WORDS:]
    words = " ".join(said.decode(errors="replace").split())
    return f": {words}" if words else ""


def sentence(error: Exception, settings: GerritStreamSettings) -> str:
    """What an error of a connection says to who may mend it."""
    import asyncssh  # noqa: PLC0415 - as above

    where = f"{settings.host}:{settings.port}"
    match error:
        case asyncssh.HostKeyNotVerifiable():
            return (
                f"{where} shows a host key that is not in {settings.known_hosts}: "
                f"compare it with the server's own, then add it (ssh-keyscan -p {settings.port} {settings.host})"
            )
        case asyncssh.PermissionDenied():
            return f"{where} does not let {settings.username} in with {settings.key}: add its public half in Gerrit"
        case asyncssh.KeyImportError():
            return f"{settings.key} is not a private key without a passphrase: {error}"
        case ConnectionRefusedError():
            return f"{where} refuses connections: is Gerrit up, and sshd.listenAddress this?"
        case TimeoutError():
            return f"{where} did not answer within {settings.timeout:g} s"
    return f"{where}: {error or type(error).__name__}"

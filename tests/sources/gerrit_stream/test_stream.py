"""The stream over SSH: who is trusted, and how its end is told."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import asyncssh
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.gerrit_stream.stream import Lines, StreamLost, stream
from adapters.sources.pulse import Pulse
from tests.sources.gerrit_stream.conftest import Keys, SshGerrit, ends, hangs_up, holds, says
from tests.waiting import PATIENCE, eventually

Settings = Callable[..., GerritStreamSettings]


async def heard(settings: GerritStreamSettings) -> tuple[list[bytes], str]:
    """All chunks of one connection, and why it ended."""
    chunks: list[bytes] = []
    try:
        async with asyncio.timeout(10), aclosing(stream(settings, Pulse())) as said:
            async for chunk in said:
                chunks.append(chunk)  # noqa: PERF401 - what came before the error counts
    except StreamLost as lost:
        return chunks, str(lost)
    raise AssertionError("a stream has no end of its own")


@asynccontextmanager
async def proxy(port: int) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A TCP proxy to a port: its own, and an event after which it forwards nothing more, and hangs nothing up."""
    stalled = asyncio.Event()
    pumps: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(1 << 16):
                if not stalled.is_set():
                    writer.write(data)
        writer.close()

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        pumps.update({asyncio.create_task(pump(reader, back)), asyncio.create_task(pump(there, writer))})

    server = await asyncio.start_server(forward, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1], stalled
    server.close()
    await asyncio.gather(*pumps)


async def test_what_gerrit_says_comes_as_it_was_said(ssh: SshGerrit, settings: Settings) -> None:
    """First an empty chunk, when the command is taken, then the bytes."""
    ssh.sessions = [says(b'{"type":', b'"x"}\n{"ty', then=ends)]
    chunks, _ = await heard(settings())
    assert (chunks[0], b"".join(chunks)) == (b"", b'{"type":"x"}\n{"ty')


async def test_only_the_wanted_events_are_asked_for(ssh: SshGerrit, settings: Settings) -> None:
    """Each type is an option of the command; none are all."""
    ssh.sessions = [ends]
    await heard(settings(events=["change-merged", "ref-updated"]))
    await heard(settings())
    assert ssh.commands == ["gerrit stream-events -s change-merged -s ref-updated", "gerrit stream-events"]


async def test_an_unknown_host_key_is_refused(ssh: SshGerrit, settings: Settings, tmp_path: Path) -> None:
    """Nobody is let to play Gerrit; the reason says what to compare, and where to write it."""
    other = asyncssh.generate_private_key("ssh-ed25519")
    known = tmp_path / "known_hosts"
    known.write_bytes(b"* " + other.export_public_key())
    chunks, reason = await heard(settings(known_hosts=str(known)))
    assert chunks == []
    assert reason == (
        f"127.0.0.1:{ssh.port} shows a host key that is not in {known}: compare it with the server's own, "
        f"then add it (ssh-keyscan -p {ssh.port} 127.0.0.1)"
    )


async def test_a_host_key_is_looked_up_with_its_port(
    ssh: SshGerrit, settings: Settings, keys: Keys, tmp_path: Path
) -> None:
    """The form that ssh-keyscan writes for a port other than 22 is understood."""
    ssh.sessions = [says(b"hello\n", then=ends)]
    known = tmp_path / "known_hosts"
    known.write_bytes(b"[127.0.0.1]:%d " % ssh.port + keys.host.export_public_key())
    chunks, _ = await heard(settings(known_hosts=str(known)))
    assert b"".join(chunks) == b"hello\n"


async def test_none_trusts_whoever_answers(ssh: SshGerrit, settings: Settings) -> None:
    """Written out, no host key is asked for."""
    ssh.sessions = [says(b"hello\n", then=ends)]
    chunks, _ = await heard(settings(known_hosts="none"))
    assert b"".join(chunks) == b"hello\n"


async def test_a_wrong_key_is_told(ssh: SshGerrit, settings: Settings, tmp_path: Path) -> None:
    """The reason names the user and the key's file."""
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(tmp_path / "other")
    _, reason = await heard(settings(key=str(tmp_path / "other")))
    assert reason == (
        f"127.0.0.1:{ssh.port} does not let cdevents in with {tmp_path / 'other'}: add its public half in Gerrit"
    )


async def test_a_key_that_is_none_is_told_without_showing_it(settings: Settings, tmp_path: Path) -> None:
    """The reason names the file, not what is in it."""
    (tmp_path / "id").write_text("hunter2\n")
    _, reason = await heard(settings(key=str(tmp_path / "id")))
    assert reason.startswith(f"{tmp_path / 'id'} is not a private key without a passphrase")
    assert "hunter2" not in reason


async def test_what_gerrit_complains_of_is_in_the_reason(ssh: SshGerrit, settings: Settings) -> None:
    """The usual mistake, a user without the capability, is told by Gerrit on stderr only."""

    async def complains(process: asyncssh.SSHServerProcess[bytes]) -> None:
        process.stderr.write(b"fatal: Capability 'streamEvents' is required\n to access this resource\n")
        process.exit(1)

    ssh.sessions = [complains]
    _, reason = await heard(settings())
    said = "fatal: Capability 'streamEvents' is required to access this resource"
    assert reason == f"gerrit stream-events ended: {said}"


async def test_a_banner_on_stderr_stops_nothing(ssh: SshGerrit, settings: Settings) -> None:
    """However much is said on stderr, the events come."""

    async def chatters(process: asyncssh.SSHServerProcess[bytes]) -> None:
        for _ in range(100):
            process.stderr.write(b"  ****    Welcome to Gerrit Code Review    ****\n" * 1000)
            await process.stderr.drain()
        await says(b"{}\n", then=ends)(process)

    ssh.sessions = [chatters]
    chunks, reason = await heard(settings())
    assert b"".join(chunks) == b"{}\n"
    assert len(reason) < 2100


@pytest.mark.parametrize("end", [ends, hangs_up])
async def test_every_end_is_an_error(ssh: SshGerrit, settings: Settings, end: Callable[..., None]) -> None:
    """Whether Gerrit ends the command or the network breaks, what was said before is there."""
    ssh.sessions = [says(b'{"type":"x"}\n', then=end)]  # type: ignore[arg-type]
    chunks, reason = await heard(settings())
    assert (b"".join(chunks), bool(reason)) == (b'{"type":"x"}\n', True)


async def test_nobody_at_the_port_is_told(settings: Settings, unused_port: int) -> None:
    """The reason names the address."""
    _, reason = await heard(settings(port=unused_port))
    assert reason == f"127.0.0.1:{unused_port} refuses connections: is Gerrit up, and sshd.listenAddress this?"


async def test_a_server_that_accepts_and_says_nothing_is_given_up(settings: Settings) -> None:
    """There is an end to waiting for the first word, too."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        _, reason = await heard(settings(port=port, timeout="200ms"))
    assert reason == f"127.0.0.1:{port} did not answer within 0.2 s"


async def test_a_line_that_went_dead_is_noticed(ssh: SshGerrit, settings: Settings) -> None:
    """Where nothing comes through any more, and nobody hangs up, keep-alives find it out."""
    ssh.sessions = [says(b"hello\n", then=holds)]
    async with (
        proxy(ssh.port) as (port, stalled),
        aclosing(stream(settings(port=port, keepalive="100ms"), Pulse())) as said,
    ):
        assert [await anext(said), await anext(said)] == [b"", b"hello\n"]
        stalled.set()
        with pytest.raises(StreamLost):
            async with asyncio.timeout(10):
                await anext(said)


async def test_a_quiet_line_is_not_given_up(ssh: SshGerrit, settings: Settings) -> None:
    """A server that answers keep-alives may be silent for much longer than they take."""

    async def late(process: asyncssh.SSHServerProcess[bytes]) -> None:
        await asyncio.sleep(0.5)
        await says(b"late\n", then=ends)(process)

    ssh.sessions = [late]
    chunks, _ = await heard(settings(keepalive="50ms"))
    assert b"".join(chunks) == b"late\n"


@given(st.lists(st.binary(max_size=9).filter(lambda line: b"\n" not in line), max_size=9), st.data())
def test_lines_are_the_same_however_they_were_cut(said: list[bytes], data: st.DataObject) -> None:
    """Each line comes once, stripped and not blank, when its end has come; the last one without an end does not."""
    text = b"".join(line + b"\n" for line in said) + b"partial"
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    lines = Lines()
    chunks = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    fed = [line for chunk in chunks for line in lines.feed(chunk)]
    assert fed == [line.strip() for line in said if line.strip()]


def test_a_line_without_end_is_given_up() -> None:
    """Memory is bounded, whatever a server sends."""
    lines = Lines(longest=10)
    with pytest.raises(StreamLost, match="more than 10 bytes"):
        lines.feed(b"x" * 11)


BABBLES = {
    "lines without end": b"welcome to this host\r\n",
    "a line without end": b"x" * 4096,
    "no protocol of ours": b"SSH-1.5-ancient\r\n",
    "garbage after the version": b"SSH-2.0-x\r\n" + bytes(range(256)) * 16,
    "a packet of four gigabytes": b"SSH-2.0-x\r\n" + b"\xff" * 4096,
}


@pytest.mark.parametrize("said", BABBLES.values(), ids=BABBLES)
async def test_a_server_that_babbles_is_given_up(settings: Settings, said: bytes) -> None:
    """Before anybody has proved who it is, it gets neither time nor memory."""

    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while not writer.is_closing():
                writer.write(said)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    async with server:
        chunks, reason = await heard(settings(port=server.sockets[0].getsockname()[1], timeout="2s"))
    assert chunks == []
    assert "127.0.0.1" in reason


async def test_a_session_that_is_never_begun_is_given_up(settings: Settings, keys: Keys) -> None:
    """The server lets the user in, keeps the connection alive, and never says whether the command runs."""

    class Undecided(asyncssh.SSHServer):
        async def session_requested(self) -> asyncssh.SSHServerSession[bytes]:
            await asyncio.Event().wait()
            raise AssertionError("nobody decides")

    server = await asyncssh.create_server(
        Undecided, "127.0.0.1", 0, server_host_keys=[keys.host], authorized_client_keys=str(keys.authorized)
    )
    async with server:
        chunks, reason = await heard(settings(port=server.sockets[0].getsockname()[1], timeout="1s"))
    assert (chunks, "did not answer within 1 s" in reason) == ([], True)


async def test_a_connection_that_never_says_that_it_is_closed_is_cut(
    ssh: SshGerrit, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of a stream is bounded, also when it is cancelled: no sidecar waits for it as it stops."""

    async def never(_: asyncssh.SSHClientConnection) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncssh.SSHClientConnection, "wait_closed", never)
    monkeypatch.setattr("adapters.sources.gerrit_stream.stream.FAREWELL", 0.01)
    cut: list[asyncssh.SSHClientConnection] = []
    abort = asyncssh.SSHClientConnection.abort

    def counted(connection: asyncssh.SSHClientConnection) -> None:
        cut.append(connection)
        abort(connection)

    monkeypatch.setattr(asyncssh.SSHClientConnection, "abort", counted)
    ssh.sessions = [ends, holds]
    assert (await heard(settings()))[1].startswith("gerrit stream-events ended")
    listening = asyncio.create_task(heard(settings()))
    await eventually(lambda: len(ssh.commands) == 2)
    listening.cancel()
    done, _ = await asyncio.wait([listening], timeout=PATIENCE)
    assert listening in done
    assert listening.cancelled()
    assert len(cut) == 2

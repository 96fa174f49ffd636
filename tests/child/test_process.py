"""Another process is there, or there is a reason why not that whoever asks for one can tell."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from contextlib import closing

import pytest

from adapters.child import process as process_module
from adapters.child.frames import HEAD, framed, value
from adapters.child.process import Child, Ended, started

SANDBOXED = """
import os

def nice(_by):
    raise PermissionError

os.nice = nice
from adapters.aside.helper import main
main()
"""


def test_one_that_may_not_stand_back_works_all_the_same() -> None:
    """As where a unit or a container filters the system's calls."""
    ours, theirs = socket.socketpair()
    with closing(ours), closing(theirs), ours.makefile("rb") as stream:
        with subprocess.Popen([sys.executable, "-c", SANDBOXED], stdin=theirs.fileno()) as process:
            theirs.close()
            ours.settimeout(30)
            ours.sendall(framed(({}, {}, frozenset[str]())))
            (size,) = HEAD.unpack(stream.read(HEAD.size))
            assert value(stream.read(size)) == {}
            ours.shutdown(socket.SHUT_RDWR)
        assert process.returncode == 0


async def test_where_there_is_no_thread_for_it_there_is_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound of tasks may be reached between the one and the other."""

    async def refused(*_: object, **__: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    with pytest.raises(OSError, match="can't start new thread"):
        async with started("adapters.aside.helper"):
            pass


@pytest.mark.parametrize(("code", "how"), [("exit(3)", "status 3"), ("import os; os.kill(os.getpid(), 9)", "signal 9")])
async def test_that_it_ends_is_told_with_how(monkeypatch: pytest.MonkeyPatch, code: str, how: str) -> None:
    """What it wrote of that itself nobody has read."""
    monkeypatch.setattr(process_module, "GRACE", 60)
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    with closing(writer):
        with theirs:
            process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdin=theirs.fileno())
        with pytest.raises(Ended, match=how):
            await Child(process, reader, writer).hear()


@pytest.mark.parametrize("said", [b"", b"\x00", b"\xff", b"[\x01\x00\x00\x000"])
async def test_what_cannot_be_read_is_its_end(said: bytes) -> None:
    """Whoever listens to it goes on without."""
    ours, theirs = socket.socketpair()
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    with closing(writer), closing(theirs):
        theirs.sendall(HEAD.pack(len(said)) + said)
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
        with pytest.raises(Ended):
            await Child(process, reader, writer).hear()
        await process.wait()

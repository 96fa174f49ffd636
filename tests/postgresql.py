"""A real PostgreSQL for tests, on the loopback interface, as the user `postgres` where it may not run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from tests.brokers import PATIENCE, Server
from tests.service import free_port

_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=30")
_NUMBERS = count(1)

MADE = "applied 0001_events_and_links\napplied 0002_standby\napplied 0003_leaders\n"
"""What is said when the tables are made in an empty database."""


def binaries() -> Path | None:
    """Where Debian's package, or anybody else, has the server; None where it is not installed."""
    found = shutil.which("initdb")
    places = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return places[-1] if places else None


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[Server]:
    """A server; the test is skipped where there is none. One that is `durable` survives a kill."""
    if (bin_ := binaries()) is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with TemporaryDirectory(prefix="postgresql-") as folder:
        data, port = Path(folder) / "data", free_port()
        as_user: list[str] = []
        if os.getuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
            as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        make = [
            *as_user,
            str(bin_ / "initdb"),
            "-D",
            str(data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(make, check=True, capture_output=True, timeout=120, cwd=folder)
        settings = ["unix_socket_directories=", *([] if durable else _FAST)]
        options = [word for each in settings for word in ("-c", each)]
        server = Server(
            port,
            [*as_user, str(bin_ / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port), *options],
            Path(folder),
        )
        server.start()
        try:
            ready(server)
            yield server
        finally:
            crash(server)


def crash(server: Server) -> None:
    """Ends all of it at once, as a power cut would: its processes, which are no group, would go on by themselves."""
    assert server.process is not None
    main = psutil.Process(server.process.pid)
    every = [main, *main.children(recursive=True)]
    for each in every:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    psutil.wait_procs(every, PATIENCE)
    server.kill()


def ready(server: Server) -> None:
    """Returns when it is done with starting, which it may be long after it listens."""
    ask = [str((binaries() or Path()) / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(server.port)]
    deadline = time.monotonic() + PATIENCE
    while subprocess.run(ask, check=False).returncode:
        assert time.monotonic() < deadline, "PostgreSQL is still starting up"
        time.sleep(0.05)


def database(server: Server) -> str:
    """The URL of a new, empty database."""
    import psycopg  # noqa: PLC0415 - an extra

    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(f"postgresql://postgres@{server.address}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return f"postgresql://postgres@{server.address}/{name}"

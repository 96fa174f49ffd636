"""The console as a process of its own beside a sidecar."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from adapters.config.models import Server
from adapters.console.sidecar import Sidecar
from tests.service import CONFIG, Service, free_port, listens
from tests.waiting import until


@contextmanager
def running(folder: Path, port: int) -> Iterator[Service]:
    """A sidecar that was asked to start its console, on a port of this machine; killed at the end if it still runs."""
    config = f"{CONFIG}console: {{{{listen: '127.0.0.1:{port}'}}}}\n"
    service = Service(folder, config, arguments=("--console",))
    service.start()
    try:
        yield service
    finally:
        if service.process is not None and service.process.poll() is None:
            service.kill()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_it_starts_and_ends_with_the_sidecar(end: str, tmp_path: Path) -> None:
    """It tells its address, and is gone when the sidecar is, also when that was killed."""
    port = free_port()
    with running(tmp_path, port) as service:
        until(lambda: listens(port))
        assert f'"url": "http://127.0.0.1:{port}/"' in service.log()
        assert httpx.get(f"http://127.0.0.1:{port}/").status_code == 200
        getattr(service, end)()
        until(lambda: not listens(port))


def test_a_busy_port_is_no_reason_for_the_sidecar_not_to_run(tmp_path: Path) -> None:
    """It says which, and what it is for; the sidecar hears and publishes."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        with running(tmp_path, port) as service:
            until(lambda: f"console.listen: 127.0.0.1:{port} is in use" in service.log())
            assert service.ready()
            assert service.stop() == 0


def test_a_sidecar_alone_has_no_console(tmp_path: Path) -> None:
    """Unless it is asked for, nothing is started."""
    port = free_port()
    service = Service(tmp_path, f"{CONFIG}console: {{{{listen: '127.0.0.1:{port}'}}}}\n")
    service.start()
    try:
        assert "console" not in service.log()
    finally:
        assert service.stop() == 0


def test_it_asks_the_sidecar_how_it_is(tmp_path: Path) -> None:
    """A sidecar that runs answers, and has nothing to complain of."""
    service = Service(tmp_path)
    service.start()
    try:
        said = Sidecar(Server(listen=f"127.0.0.1:{service.port}")).said()
    finally:
        assert service.stop() == 0
    assert (said.answers, said.reasons) == (True, ())

"""Who watches the live page and does not read what he is told, at a console that is a process."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from adapters.console.live import MOST_VIEWERS
from adapters.journal import Database, log
from adapters.model import Notification
from tests.console.browser.consoles import beside
from tests.service import CONFIG, Service, build


def watching(port: int) -> socket.socket:
    """A viewer whose answer has begun, and who reads no more of it."""
    viewer = socket.create_connection(("127.0.0.1", port), timeout=30)
    viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    viewer.sendall(b"GET /live/stream?after=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    return viewer


def status(viewer: socket.socket) -> bytes:
    """The status of his answer."""
    return viewer.recv(12)[-3:]


@pytest.mark.slow
def test_viewers_that_do_not_read_cost_no_memory(tmp_path: Path) -> None:
    """Nothing is kept for them; there are only so many; and a stop waits for none, nor tells of them."""
    service = Service(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG.format(port=service.port))
    with Database(tmp_path / "journal.db", create=True) as database, beside(service) as address, ExitStack() as viewers:
        port = urlsplit(address).port or 0
        opened = [viewers.enter_context(watching(port)) for _ in range(MOST_VIEWERS)]
        assert {status(viewer) for viewer in opened} == {b"200"}
        assert status(viewers.enter_context(watching(port))) == b"503"
        console = next(each for each in psutil.Process().children() if "console" in each.cmdline())
        before = console.memory_info().rss
        for number in range(0, 20_000, 1000):
            heard = [Notification("jenkins", build(each), datetime.now(UTC)) for each in range(number, number + 1000)]
            log.append(database, heard, [])
        assert console.memory_info().rss < before + (48 << 20)
    assert "Traceback" not in (tmp_path / "console.log").read_text()

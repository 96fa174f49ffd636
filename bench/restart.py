"""What a restart refuses of a tool that posts steadily, each time over a new connection, and never again."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench.load import ACCEPTED
from bench.service import FILES, WEBHOOK, roomy
from bench.table import Row
from bench.translation import BODY
from tests.service import Service, ended

ROUNDS, RATE, SECONDS = 5, 200, 4.0
BEFORE = 270
"""What was refused when a stop closed the door first and a start opened it last: 184 to 409, November 28th, 2026."""

_AFTER = 0.5
"""Seconds until it is told to stop; it is started again as soon as it has ended."""

_PATIENCE = 10.0

_REQUEST = (
    f"POST /jenkins HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY


def rows() -> Iterator[Row]:
    """Posts that were refused, or not answered."""
    yield Row(
        f"restart: refused at {RATE}/s", median(_refused(None) for _ in range(ROUNDS)), "posts", at_most=BEFORE / 10
    )
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listener:
        refused = max(_refused(listener) for _ in range(ROUNDS))
    yield Row(f"restart: refused at {RATE}/s where a supervisor listens, at most", refused, "posts", at_most=0)


def _refused(listener: socket.socket | None) -> int:
    with TemporaryDirectory(prefix="bench-") as folder, ended() as services:
        service = Service(Path(folder), roomy(WEBHOOK, FILES), listener=listener)
        service.port = listener.getsockname()[1] if listener else service.port
        services.append(service)
        service.start()
        return asyncio.run(_restarted(service))


async def _restarted(service: Service) -> int:
    loop = asyncio.get_running_loop()
    restart = asyncio.ensure_future(asyncio.to_thread(_restart, service))
    begin, posts = loop.time(), list[asyncio.Task[bool]]()
    for number in range(int(RATE * SECONDS)):
        await asyncio.sleep(begin + number / RATE - loop.time())
        posts.append(loop.create_task(_accepted(service.port)))
    await restart
    return (await asyncio.gather(*posts)).count(False)


def _restart(service: Service) -> None:
    """As a supervisor does, which is told of the end at once."""
    assert service.process is not None
    time.sleep(_AFTER)
    service.process.terminate()
    service.process.wait()
    service.spawn()


async def _accepted(port: int) -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(_REQUEST)
            answer = await reader.read()
            writer.close()
    except OSError:
        return False
    return answer.endswith(ACCEPTED)

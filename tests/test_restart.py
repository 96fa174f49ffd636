"""A restart under a tool that goes on posting: nobody is refused where a supervisor listens, as systemd does."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from adapters.errors import AddressUnavailable
from adapters.listening import bind, bound_already
from tests.service import Service, build, ended, free_port
from tests.waiting import until

TOOLS = 4


@pytest.mark.slow
def test_whoever_posts_over_a_restart_is_acknowledged_and_published(tmp_path: Path) -> None:
    """Several tools, each post over a new connection and sent once: all are answered 202, and each is in the file."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener, ended() as services:
        service = Service(tmp_path, port=listener.getsockname()[1], listener=listener)
        services.append(service)
        service.start()
        numbers, over = count(1), list[bool]()

        def post() -> list[int]:
            statuses = []
            while not over:
                statuses.append(service.ask("POST", "/jenkins", build(next(numbers)))[0])
            return statuses

        with ThreadPoolExecutor(TOOLS) as tools:
            posting = [tools.submit(post) for _ in range(TOOLS)]
            try:
                until(lambda: service.published("legacy"))
                assert service.stop() == 0
                service.start()
            finally:
                over.append(True)
        answered = [status for each in posting for status in each.result()]
        assert set(answered) == {202}
        assert service.stop() == 0
    assert {each["data"]["build"]["number"] for each in service.published("legacy")} == {*range(1, len(answered) + 1)}


def test_an_address_that_is_written_in_another_way_is_the_same() -> None:
    """What was handed over or bound early is found by the place that it is; the rest is still to be bound."""
    port = free_port()
    with bind("127.0.0.1", port) as there:
        addresses = {"server.listen": f"localhost:{port}", "server.admin": f"[::1]:{port}"}
        assert bound_already({f"127.0.0.1:{port}": there}, addresses) == {"server.listen": there}


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/run/adapters.socket"])
def test_what_was_handed_over_for_nothing_is_told(address: str) -> None:
    """Else it would have visitors whom nobody answers."""
    told = f"{address} was handed over, and is not what server.listen says; let ListenStream="
    with socket.socket() as there, pytest.raises(AddressUnavailable, match=told):
        bound_already({address: there}, {"server.listen": "127.0.0.1:0"})

"""A sidecar listens before anything else of its start."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from adapters import listening
from adapters.errors import AddressUnavailable
from adapters.listening import bind, early
from tests.service import free_port, listens


def written(folder: Path, text: str) -> Path:
    """A configuration."""
    file = folder / "config.yaml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    "text",
    [
        "server: {{listen: {address}}}",
        "sources: {{a: [1, {{listen: no}}], server: {{listen: no}}}}\nserver:\n  drain: 1s\n  listen: '{address}'\n",
        "# first\n---\njournal: &j {{path: x}}\nserver: {{admin: [], listen: {address}}}\nbroken: [",
    ],
)
def test_who_comes_waits_until_the_service_is_there(tmp_path: Path, text: str) -> None:
    """What the file writes is bound, wherever it stands, and closed at the end; the rest is not read for it."""
    port = free_port()
    with early(written(tmp_path, text.format(address=f"127.0.0.1:{port}"))) as bound:
        assert [*bound] == [f"127.0.0.1:{port}"]
        assert listens(port)
    assert not listens(port)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "server",
        "server:",
        "server: [listen]",
        "server: {drain: 1s}",
        "server: {listen: {a: b}}",
        "server: {listen: '${env:LISTEN}'}",
        "server: {listen: '127.0.0.1'}",
        "server: {listen: '127.0.0.1:70000'}",
        "? [server]\n: {listen: '127.0.0.1:0'}",
        "sources: [",
        "\x00",
        "[" * 100_000,
    ],
)
def test_what_is_wrong_or_not_written_out_is_left_to_who_reads_it_all(tmp_path: Path, text: str) -> None:
    """Nothing is bound, and nothing raised."""
    with early(written(tmp_path, text)) as bound:
        assert not bound


def test_a_file_or_an_address_that_cannot_be_had_is_left_to_who_tells_of_it(tmp_path: Path) -> None:
    """The configuration is judged first, and its problems are told first."""
    with early(tmp_path / "none.yaml") as bound:
        assert not bound
    with socket.create_server(("127.0.0.1", 0)) as other:
        file = written(tmp_path, f"server: {{listen: 127.0.0.1:{other.getsockname()[1]}}}")
        with early(file) as bound:
            assert not bound


def test_the_environment_says_where_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a variable may say another address, the file's is not bound."""
    monkeypatch.setenv("CDEVENTS_ADAPTERS__SERVER__LISTEN", "127.0.0.1:1")
    with early(written(tmp_path, "server: {listen: 127.0.0.1:0}")) as bound:
        assert not bound


def test_an_address_of_ipv6_for_all_is_one_of_ipv4_too() -> None:
    """Whoever writes `[::]` is reached by both, as in pods that have both."""
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    port = free_port()
    with bind("::", port):
        for host in ("127.0.0.1", "::1"):
            socket.create_connection((host, port), timeout=5).close()


def handed_over(monkeypatch: pytest.MonkeyPatch, number: int, count: str = "1") -> None:
    """Lets a file be the first that a supervisor hands over to this process."""
    monkeypatch.setattr(listening, "_FIRST_HANDED", number)
    monkeypatch.setenv("LISTEN_PID", str(os.getpid()))
    monkeypatch.setenv("LISTEN_FDS", count)


def test_a_socket_that_was_handed_over_is_listened_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the name that it has, in place of what the file writes; one that is for another process is left alone."""
    with socket.create_server(("127.0.0.1", 0)) as there:
        number, name = os.dup(there.fileno()), f"127.0.0.1:{there.getsockname()[1]}"
        handed_over(monkeypatch, number)
        with early(written(tmp_path, "server: {listen: 127.0.0.1:0}")) as bound:
            assert [(address, each.fileno()) for address, each in bound.items()] == [(name, number)]
        monkeypatch.setenv("LISTEN_PID", "1")
        with early(written(tmp_path, "server: {drain: 1s}")) as bound:
            assert not bound


@pytest.mark.parametrize("count", ["", "-1", "one", "1.0"])
def test_a_count_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: str) -> None:
    """By the variable, and what it says."""
    handed_over(monkeypatch, 3, count)
    with pytest.raises(AddressUnavailable, match=f"LISTEN_FDS: '{count}'"), early(tmp_path / "none.yaml"):
        pass


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_socket_that_takes_no_connections_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: socket.SocketKind
) -> None:
    """One of datagrams, and one that is a connection itself or was not listened on."""
    with socket.socket(type=kind) as there:
        there.bind(("127.0.0.1", 0))
        handed_over(monkeypatch, os.dup(there.fileno()))
        told = f"127.0.0.1:{there.getsockname()[1]} was handed over, and takes no connections; .*Accept=no"
        with pytest.raises(AddressUnavailable, match=told), early(tmp_path / "none.yaml"):
            pass


def test_a_file_that_is_no_socket_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is closed, or another kind of file, by its number: not as a fault of the standard output."""
    none = tmp_path / "none.yaml"
    with (tmp_path / "file").open("w") as file:
        handed_over(monkeypatch, number := file.fileno())
        with pytest.raises(AddressUnavailable, match=f"file {number} is no socket: .*non-socket"), early(none):
            pass
    with pytest.raises(AddressUnavailable, match=f"file {number} is no socket: Bad file descriptor"), early(none):
        pass

"""A sidecar listens before anything else of its start."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

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

"""Bodies: limits that hold for what is sent and for what it unfolds to."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.answers import Refusal
from adapters.sources.body import Body, ClientGone, decoded, read


def sending(*chunks: bytes, gone: bool = False) -> Callable[[], Awaitable[dict[str, Any]]]:
    """A client that sends these chunks, and then ends the body or hangs up."""
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.disconnect"} if gone else {"type": "http.request"})
    queue = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(queue)

    return receive


@given(st.lists(st.binary(max_size=20), max_size=10), st.integers(0, 100), st.integers(0, 100))
def test_a_body_is_read_under_its_limits(chunks: list[bytes], keep: int, more: int) -> None:
    """However it is cut: the first `keep` bytes and the right size, or 413 beyond `drain`."""
    whole = b"".join(chunks)
    reading = read(sending(*chunks), keep=keep, drain=keep + more, seconds=5)
    if len(whole) > keep + more:
        with pytest.raises(Refusal) as caught:
            asyncio.run(reading)
        assert caught.value.status == 413
    else:
        body = asyncio.run(reading)
        assert (body.data, body.size, body.whole) == (whole[:keep], len(whole), len(whole) <= keep)


async def test_a_client_that_leaves_is_not_answered() -> None:
    """Half a body is nobody's notification."""
    with pytest.raises(ClientGone):
        await read(sending(b"half", gone=True), keep=10, drain=10, seconds=5)


async def test_a_client_that_never_ends_is_told_so() -> None:
    """A body that does not come in time is 408."""

    async def silent() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(Refusal) as caught:
        await read(silent, keep=10, drain=10, seconds=0.01)
    assert caught.value.status == 408


@given(st.binary(max_size=2000), st.integers(1, 3000))
def test_gzip_unfolds_to_at_most_the_limit(data: bytes, keep: int) -> None:
    """All of it where it fits; otherwise its first bytes, and not whole."""
    packed = gzip.compress(data)
    body = decoded(Body(packed, len(packed)), "gzip", keep=keep)
    assert body.data == data[:keep]
    assert body.whole == (len(data) <= keep)


def test_a_bomb_does_not_unfold() -> None:
    """A thousandfold body costs no more memory than the limit."""
    packed = gzip.compress(bytes(64 << 20))
    body = decoded(Body(packed, len(packed)), "gzip", keep=1000)
    assert (len(body.data), body.whole) == (1000, False)


@pytest.mark.parametrize("coding", ["", "identity", " Identity "])
def test_without_a_coding_the_body_is_as_sent(coding: str) -> None:
    """Even if it looks like gzip."""
    sent = Body(gzip.compress(b"x", mtime=0), len(gzip.compress(b"x", mtime=0)))
    assert decoded(sent, coding, keep=5) is sent


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"not gzip", "the body is not gzip"),
        (zlib.compress(b"zlib"), "the body is not gzip"),
        (gzip.compress(b"cut", mtime=0)[:-1], "the gzip body ends too early"),
        (gzip.compress(b"two", mtime=0) * 2, "bytes follow the end of the gzip body"),
        (gzip.compress(b"x", mtime=0) + b"rest", "bytes follow the end of the gzip body"),
        (gzip.compress(b"sum", mtime=0)[:-8] + bytes(8), "the body is not gzip"),
    ],
)
def test_what_is_not_one_gzip_member_is_refused(data: bytes, error: str) -> None:
    """Another format, a torn end, a second member, a wrong checksum: 400, and why."""
    with pytest.raises(Refusal) as caught:
        decoded(Body(data, len(data)), "gzip", keep=100)
    assert (caught.value.status, caught.value.error) == (400, error)


def test_another_coding_is_not_supported() -> None:
    """415 says which one is."""
    with pytest.raises(Refusal) as caught:
        decoded(Body(b"x", 1), "br", keep=100)
    assert (caught.value.status, caught.value.response.headers["accept-encoding"]) == (415, "gzip")

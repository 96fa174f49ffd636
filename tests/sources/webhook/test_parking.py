"""Parking: what could not be used is taken all the same, for the routes to put aside."""

from __future__ import annotations

import gzip
import hashlib
import hmac

import pytest

from tests.sources.webhook.conftest import LIMIT, Kept, Serve, chunks


@pytest.mark.parametrize(
    ("body", "coding", "stored"),
    [
        (b'{"a": ', "", b'{"a": '),
        (b"{}", "gzip", b"{}"),
        (b"{}", "br", b"{}"),
    ],
)
async def test_parking_takes_what_cannot_be_parsed(
    serve: Serve, kept: Kept, body: bytes, coding: str, stored: bytes
) -> None:
    """A tool that would send it for ever is told yes; the routes put it aside with the reason."""
    answer = await serve(on_invalid="park").post("/hook", content=body, headers={"content-encoding": coding})
    assert answer.status_code == 202
    assert [(each.body, dict(each.headers)) for each in kept()] == [(stored, {})]


async def test_parking_keeps_a_stub_of_what_is_too_large(serve: Serve, kept: Kept) -> None:
    """64 KiB of it, and how large it was; a bomb is cut the same way."""
    client = serve(on_invalid="park", max_body="100KiB")
    big, limit = b"[" * (300 << 10), 100 << 10
    assert (await client.post("/hook", content=big)).status_code == 202
    assert (await client.post("/hook", content=chunks(limit, 5))).status_code == 202
    packed = gzip.compress(big)
    assert (await client.post("/hook", content=packed, headers={"content-encoding": "gzip"})).status_code == 202
    sizes = [300 << 10, limit + 5, limit + 1]
    assert [each.headers["x-truncated"] for each in kept()] == [f"{size}/{limit}" for size in sizes]
    assert [len(each.body) for each in kept()] == [64 << 10] * 3


async def test_parking_does_not_read_for_ever(serve: Serve, kept: Kept) -> None:
    """Ten times the limit is where patience ends."""
    client = serve(on_invalid="park")
    assert (await client.post("/hook", content=chunks(LIMIT * 10))).status_code == 202
    assert (await client.post("/hook", content=chunks(LIMIT * 10, 1))).status_code == 413
    assert len(kept()) == 1


async def test_parking_still_wants_a_signature(serve: Serve, kept: Kept) -> None:
    """What is too large to be verified is refused: it may be anybody's."""
    client = serve(on_invalid="park", auth={"hmac": {"header": "X-Sig", "secret": "k"}})
    body = b" " * (LIMIT + 1)
    headers = {"x-sig": hmac.new(b"k", body, hashlib.sha256).hexdigest()}
    assert (await client.post("/hook", content=body, headers=headers)).status_code == 413
    assert kept() == []

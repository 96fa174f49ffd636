"""The body of a request, read under a limit that holds for what is sent and for what it unfolds to."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass

from adapters.answers import Receive, Refusal

_GZIP = 16 + zlib.MAX_WBITS


class ClientGone(Exception):
    """The other side hung up before it had sent all: nobody is there to be answered."""


@dataclass(frozen=True, slots=True)
class Body:
    """The first bytes of a body, and how many there were, at least; `data` is all of it unless it was too large."""

    data: bytes
    size: int

    @property
    def whole(self) -> bool:
        """Whether nothing is missing."""
        return self.size == len(self.data)


def too_large(limit: int) -> Refusal:
    """The answer to a body of more than `limit` bytes."""
    return Refusal(413, f"the body is larger than {limit} bytes", "raise max_body of this source, or send less")


async def read(receive: Receive, *, keep: int, drain: int, seconds: float | None) -> Body:
    """The body as it was sent: the first `keep` bytes, to which no more than `drain` are read in all.

    `seconds` is None where all of it is there, for a timer costs more than to read it. Raises Refusal beyond `drain`
    (413) or `seconds` (408), ClientGone when the client leaves.
    """
    if seconds is None:
        return await _read(receive, keep, drain)
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, keep, drain)
    except TimeoutError:
        raise Refusal(408, "the body did not come in time", f"send all of it within {seconds:g} s") from None


async def _read(receive: Receive, keep: int, drain: int) -> Body:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk: bytes = message.get("body", b"")
        if size < keep:
            chunks.append(chunk[: keep - size])
        size += len(chunk)
        if size > drain:
            raise too_large(drain)
        more = message.get("more_body", False)
    return Body(b"".join(chunks), size)


def decoded(sent: Body, coding: str, *, keep: int) -> Body:
    """The body without its Content-Encoding (RFC 9110 §8.4), which is none or gzip.

    Raises Refusal for another coding (415), or for bytes that are not of it (400).
    """
    match coding.strip().lower():
        case "" | "identity":
            return sent
        case "gzip" | "x-gzip":
            return _gunzipped(sent.data, keep) if sent.whole else sent
    hint = "send it as it is, or with Content-Encoding: gzip"
    raise Refusal(415, "the Content-Encoding is not supported", hint, {"Accept-Encoding": "gzip"})


def _gunzipped(data: bytes, keep: int) -> Body:
    # One member only: RFC 1952 allows many, but no client sends them and a million empty ones would cost minutes.
    member = zlib.decompressobj(wbits=_GZIP)
    try:
        unfolded = member.decompress(data, keep + 1)
    except zlib.error:
        raise _not_gzip("the body is not gzip") from None
    if len(unfolded) > keep:
        return Body(unfolded[:keep], len(unfolded))
    if not member.eof:
        raise _not_gzip("the gzip body ends too early")
    if member.unused_data:
        raise _not_gzip("bytes follow the end of the gzip body")
    return Body(unfolded, len(unfolded))


def _not_gzip(error: str) -> Refusal:
    return Refusal(400, error, "send what the Content-Encoding says")

"""Signatures of Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md)."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")


def key(secret: str) -> bytes:
    """The key that a secret stands for: base64, after `whsec_` where it has that; raises ValueError."""
    try:
        found = b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        found = b""
    if not found:
        raise ValueError("a 'secret' of this scheme is base64, after whsec_ where it has that") from None
    return found


def identity(event: str, body: bytes) -> str:
    """The id of a message, which stays when it is sent again: the event's own, or a digest of the body.

    That is of a batch, whose event is empty, and of an event whose id might be taken for more: there is no `.` in one,
    which stands between the parts of what is signed.
    """
    return event if _ID.fullmatch(event) else f"msg_{hashlib.sha256(event.encode() + body).hexdigest()[:32]}"


def signed(keys: Iterable[bytes], identity: str, body: bytes, now: float) -> dict[str, str]:
    """The headers of an attempt at a time (seconds since 1970), with a signature by each key."""
    timestamp = str(int(now))
    message = f"{identity}.{timestamp}.".encode() + body
    signatures = (b64encode(hmac.digest(each, message, "sha256")).decode() for each in keys)
    return {
        "webhook-id": identity,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }

"""HTTP Signatures with a shared key, as Drone sends them (draft-cavage-http-signatures, `hmac-sha256`).

What is signed is headers: `date`, which is held against the clock, and `digest`, which is that of the body.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from adapters.secrets import Secrets
from adapters.settings import Settings
from adapters.sources.auth.contract import Guard, Headers, Once, Unproven
from adapters.sources.auth.signature import Tolerance, fresh

_PARAMETER = re.compile(rb'([A-Za-z]+)="([^"]*)"')
_NEEDED = frozenset({b"date", b"digest"})
_ALGORITHMS = frozenset({b"hmac-sha256", b"hs2019"})


class HttpSignature(Settings):
    """The secrets that a caller may sign with; of several, while they are being exchanged, any."""

    secret: Secrets
    tolerance: Tolerance = 300.0


def http_signature(settings: HttpSignature) -> Guard:
    """The guard that asks for a `Signature` over `date` and `digest`, and maybe other headers."""
    keys = [each.get_secret_value().encode() for each in settings.secret]
    return Guard("signature", lambda headers: b"signature" in headers, _Signature(keys, settings.tolerance).proven)


@dataclass(frozen=True, slots=True)
class _Signature:
    keys: Sequence[bytes]
    tolerance: float

    async def proven(self, headers: Headers, body: bytes, now: datetime) -> Once | None:
        """As `Proof` has it."""
        said = dict(_PARAMETER.findall(headers.get(b"signature", b"")))
        names = said.get(b"headers", b"date").lower().split()
        if not _NEEDED.issubset(names) or said.get(b"algorithm", b"hs2019").lower() not in _ALGORITHMS:
            raise Unproven
        message = b"\n".join(name + b": " + headers.get(name, b"").strip() for name in names)
        self._compare(message, said.get(b"signature", b""))
        digest = b"SHA-256=" + b64encode(hashlib.sha256(body).digest())
        if not hmac.compare_digest(headers.get(b"digest", b"").strip(), digest):
            raise Unproven
        return fresh(_seconds(headers[b"date"]), self.tolerance, now, message)

    def _compare(self, message: bytes, given: bytes) -> None:
        expected = [b64encode(hmac.digest(key, message, "sha256")) for key in self.keys]
        if not any([hmac.compare_digest(given, each) for each in expected]):  # noqa: C419
            raise Unproven


def _seconds(date: bytes) -> float:
    try:
        return parsedate_to_datetime(date.decode("ascii")).timestamp()
    except (ValueError, OverflowError):
        raise Unproven from None

"""An HMAC over the body, and over the time and the id of a request where a scheme has them.

Every comparison takes the same time whether it fails on the first byte or the last.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from adapters import standard_webhooks
from adapters.secrets import Secrets
from adapters.settings import Duration, Field, Settings, model_validator
from adapters.sources.auth.contract import Guard, HeaderName, Headers, Once, Unproven
from adapters.sources.auth.schemes import SCHEMES
from adapters.yamlfile import suggestion

Tolerance = Annotated[Duration, Field(gt=0, le=3600)]
"""How far, in seconds, the time of a signature may be from now, either way."""

_FORM = re.compile(r"([^{}]*\{(id|timestamp)\})*[^{}]*\{body\}")
_PIECES = re.compile(rb"(\{id\}|\{timestamp\})")
_SECONDS = re.compile(rb"[0-9]{1,12}")


class Hmac(Settings):
    """An HMAC of what `signed` says, in hex or base64, after `prefix`, in a header.

    `scheme` stands for the parameters that SCHEMES has for it; what is written beside it counts. With `separator` a
    header may hold several signatures, of which one has to be right. `{timestamp}` is in seconds since 1970, from
    `timestamp_header` or from the part of the header after `timestamp_prefix`; `{id}` is from `id_header`. Of several
    secrets, while they are being exchanged, any may be the right one; with `key: base64` they are `whsec_` and base64.
    """

    scheme: Annotated[str | None, Field(json_schema_extra={"enum": sorted(SCHEMES)})] = None
    header: HeaderName = ""
    secret: Secrets
    algorithm: Literal["sha1", "sha256", "sha512"] = "sha256"
    prefix: str = ""
    separator: str = ""
    encoding: Literal["hex", "base64"] = "hex"
    key: Literal["text", "base64"] = "text"
    signed: str = "{body}"
    timestamp_header: HeaderName | None = None
    timestamp_prefix: str = ""
    id_header: HeaderName | None = None
    tolerance: Tolerance = 300.0

    @model_validator(mode="before")
    @classmethod
    def _of_scheme(cls, value: Any) -> Any:
        if not isinstance(value, Mapping) or not isinstance(scheme := value.get("scheme"), str):
            return value
        if scheme not in SCHEMES:
            nearest = suggestion(scheme, SCHEMES)
            raise ValueError(
                f"there is no scheme of this name{f' ({nearest})' if nearest else ''}: write the parameters"
            )
        return {**SCHEMES[scheme], **value}

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.header:
            raise ValueError("'header' is missing: the header that has the signature, or a 'scheme' that knows it")
        if not _FORM.fullmatch(self.signed):
            raise ValueError("'signed' is what is signed: {body} at its end, {id} and {timestamp} before it")
        if ("{id}" in self.signed) != bool(self.id_header):
            raise ValueError("'id_header' and {id} in 'signed' belong together")
        if ("{timestamp}" in self.signed) != (bool(self.timestamp_header) != bool(self.timestamp_prefix)):
            raise ValueError(
                "{timestamp} in 'signed' and one of 'timestamp_header' and 'timestamp_prefix' belong together"
            )
        if self.timestamp_prefix and not self.separator:
            raise ValueError(
                "'timestamp_prefix' is of a part of the header: 'separator' has to say what is between parts"
            )
        self.keys()
        return self

    def keys(self) -> list[bytes]:
        """The secrets as bytes; raises ValueError where one is not base64, as it should be."""
        secrets = [each.get_secret_value() for each in self.secret]
        return [standard_webhooks.key(each) if self.key == "base64" else each.encode() for each in secrets]


def signature(settings: Hmac) -> Guard:
    """The guard that asks for a signature."""
    header = settings.header.lower()
    key, prefix = header.encode(), settings.prefix.encode()
    alone = not settings.separator

    def admits(headers: Headers) -> bool:
        value = headers.get(key, b"")
        return bool(value) and (value.startswith(prefix) if alone else prefix in value)

    return Guard(header, admits, _Signature(settings, tuple(settings.keys())).proven)


@dataclass(frozen=True, slots=True)
class _Signature:
    settings: Hmac
    keys: Sequence[bytes]

    async def proven(self, headers: Headers, body: bytes, now: datetime) -> Once | None:
        """As `Proof` has it: a replay is only told of what has a time."""
        parts = self._parts(headers)
        timestamp = self._timestamp(headers, parts)
        message = self._message(headers, timestamp) + body
        self._compare(message, parts)
        if not self._timed:
            return None
        return fresh(int(timestamp), self.settings.tolerance, now, message)

    @property
    def _timed(self) -> bool:
        return "{timestamp}" in self.settings.signed

    def _parts(self, headers: Headers) -> list[bytes]:
        value = headers.get(self.settings.header.lower().encode(), b"")
        separator = self.settings.separator.encode()
        return [part.strip() for part in value.split(separator)] if separator else [value]

    def _timestamp(self, headers: Headers, parts: Sequence[bytes]) -> bytes:
        if not self._timed:
            return b""
        if self.settings.timestamp_header:
            found = [headers.get(self.settings.timestamp_header.lower().encode(), b"")]
        else:
            found = list(_after(self.settings.timestamp_prefix, parts))
        if len(found) != 1 or not _SECONDS.fullmatch(found[0]):
            raise Unproven
        return found[0]

    def _message(self, headers: Headers, timestamp: bytes) -> bytes:
        # The body is last, and is not looked at: what stands in braces there is the sender's own.
        before = self.settings.signed.encode().removesuffix(b"{body}")
        identity = headers.get(self.settings.id_header.lower().encode(), b"") if self.settings.id_header else b""
        return b"".join(
            {b"{timestamp}": timestamp, b"{id}": identity}.get(piece, piece) for piece in _PIECES.split(before)
        )

    def _compare(self, message: bytes, parts: Sequence[bytes]) -> None:
        expected = [self._written(hmac.digest(key, message, self.settings.algorithm)) for key in self.keys]
        given = _after(self.settings.prefix, parts)
        if not any([hmac.compare_digest(one, other) for one in given for other in expected]):  # noqa: C419
            raise Unproven

    def _written(self, digest: bytes) -> bytes:
        return b64encode(digest) if self.settings.encoding == "base64" else digest.hex().encode()


def _after(prefix: str, parts: Sequence[bytes]) -> list[bytes]:
    start = prefix.encode()
    return [part.removeprefix(start) for part in parts if part.startswith(start)]


def fresh(timestamp: float, tolerance: float, now: datetime, message: bytes) -> Once:
    """What was signed at a time (seconds since 1970) that is near enough; raises Unproven otherwise."""
    if (away := now.timestamp() - timestamp) > tolerance or away < -tolerance:
        raise Unproven(f"it was signed {abs(away):.0f} s {'ago' if away > 0 else 'from now'}: are both clocks right?")
    return Once(hashlib.sha256(message).digest(), timestamp + tolerance)

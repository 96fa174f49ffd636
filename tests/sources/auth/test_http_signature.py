"""HTTP Signatures: as Drone sends them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta
from email.utils import format_datetime

import pytest
from pydantic import ValidationError

from tests.sources.auth.support import BODY, NOW, guarded, refused

SEALED = guarded(http_signature={"secret": ["older", "shared"]})
DATE = format_datetime(NOW, usegmt=True)


def signed(
    names: str = "date digest",
    key: bytes = b"shared",
    algorithm: str = "hmac-sha256",
    date: str = DATE,
    body: bytes = BODY,
) -> dict[str, str]:
    """The headers of a request (Drone: httpsignatures-go over `date` and `digest`, with the key's name `hmac-key`)."""
    headers = {"date": date, "digest": "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()}
    message = "\n".join(f"{name}: {headers[name]}" for name in names.split())
    value = base64.b64encode(hmac.new(key, message.encode(), "sha256").digest()).decode()
    headers["signature"] = f'keyId="hmac-key",algorithm="{algorithm}",headers="{names}",signature="{value}"'
    return headers


@pytest.mark.parametrize("names", ["date digest", "digest date"])
@pytest.mark.parametrize("key", [b"shared", b"older"])
def test_a_signature_over_date_and_digest_is_let_in(names: str, key: bytes) -> None:
    """In the order that it says, by any of the secrets."""
    assert refused(SEALED, signed(names, key)) == ""


@pytest.mark.parametrize(
    "headers",
    [
        signed("date"),
        signed("digest"),
        signed(key=b"wrong"),
        signed(algorithm="rsa-sha256"),
        signed(body=b"another"),
        {**signed(), "digest": "SHA-256="},
        {**signed(), "date": format_datetime(NOW + timedelta(seconds=1), usegmt=True)},
        {**signed(), "signature": 'signature=""'},
        {**signed(), "signature": ""},
        {name: value for name, value in signed().items() if name != "signature"},
        {name: value for name, value in signed().items() if name != "date"},
        signed(date="soon"),
        signed(date=""),
    ],
)
def test_anything_else_is_not(headers: dict[str, str]) -> None:
    """Less signed, by another, over another body or time, or nothing."""
    assert refused(SEALED, headers)


@pytest.mark.parametrize(("away", "inside"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_the_date_is_held_against_the_clock(away: int, *, inside: bool) -> None:
    """Five minutes either way."""
    assert (refused(SEALED, signed(), now=NOW + timedelta(seconds=away)) == "") is inside


def test_it_needs_a_secret() -> None:
    """And says so."""
    with pytest.raises(ValidationError, match="secret"):
        guarded(http_signature={})

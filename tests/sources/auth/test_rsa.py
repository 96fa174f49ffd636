"""RSA over a field of a form: as Travis CI sends it."""

from __future__ import annotations

import asyncio
import base64
from typing import Any
from urllib.parse import urlencode

import pytest
import responses
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from adapters.sources.auth import Undecided, published
from tests.sources.auth.support import guarded, refused

CONFIG = "https://api.travis-ci.example.com/config"
PAYLOAD = '{"id": 7, "state": "passed", "message": "naïve + done"}'
KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


def pem(key: Any) -> str:
    """A private key's public one."""
    written: bytes = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return written.decode()


def signed(payload: str = PAYLOAD, key: int = 0, **fields: str) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a request."""
    signature = KEYS[key].sign(payload.encode(), PKCS1v15(), hashes.SHA1())
    return {"Signature": base64.b64encode(signature).decode()}, urlencode({"payload": payload, **fields}).encode()


def answer(key: int) -> dict[str, Any]:
    """What Travis says of itself, in short."""
    return {"config": {"notifications": {"webhook": {"public_key": pem(KEYS[key])}}}}


def test_what_is_signed_is_the_field_and_not_the_form() -> None:
    """As it is when it is taken out, by one of the keys."""
    sealed = guarded(rsa={"key": [pem(KEYS[1]), pem(KEYS[0])]})
    headers, body = signed()
    assert refused(sealed, headers, body) == ""
    assert refused(sealed, headers, body + b"&other=1") == ""


def test_anything_else_is_refused() -> None:
    """Another payload, another key, two payloads, none, no form, no signature."""
    sealed = guarded(rsa={"key": pem(KEYS[0])})
    headers, body = signed()
    for wrong in (body + b"x", body + b"&payload=x", b"", b"payload", b"other=1", PAYLOAD.encode(), b"&" * 2000):
        assert refused(sealed, headers, wrong)
    for signature in ("", "AAAA", "no base64", signed(key=1)[0]["Signature"]):
        assert refused(sealed, {"Signature": signature}, body)
    assert refused(sealed, {}, body)


@responses.activate
def test_the_key_is_asked_for_once_and_again_when_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong signature does not make it ask more often than once a minute."""
    sealed = guarded(rsa={"key_url": CONFIG})
    responses.get(CONFIG, json=answer(0))
    assert [refused(sealed, *signed()) for _ in range(3)] == ["", "", ""]
    assert refused(sealed, *signed(key=1))
    responses.assert_call_count(CONFIG, 1)
    responses.replace(responses.GET, CONFIG, json=answer(1))
    monkeypatch.setattr(published, "_SELDOM", 0)
    assert refused(sealed, *signed(key=1)) == ""
    assert refused(sealed, *signed(key=0))


@responses.activate
@pytest.mark.parametrize("said", [{"status": 500}, {"json": []}, {"json": {"config": {}}}, {"body": "<html>"}])
def test_without_a_key_nothing_is_decided(said: dict[str, Any]) -> None:
    """Nobody is let in, and nobody is told to be wrong; it is asked for again the next time."""
    responses.get(CONFIG, **said)
    sealed = guarded(rsa={"key_url": CONFIG})
    headers, body = signed()
    written = {b"signature": headers["Signature"].encode()}
    assert sealed.proof is not None
    with pytest.raises(Undecided):
        asyncio.run(sealed.proof(written, body, None))  # type: ignore[arg-type]
    responses.replace(responses.GET, CONFIG, json=answer(0))
    assert refused(sealed, headers, body) == ""


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "exactly one of 'key'"),
        ({"key": "x", "key_url": CONFIG}, "exactly one of 'key'"),
        ({"key": "ssh-rsa AAAA"}, "BEGIN PUBLIC KEY"),
        ({"key_url": "api.travis-ci.com/config"}, "key_url"),
    ],
)
def test_it_needs_a_key_or_where_it_is(settings: dict[str, Any], message: str) -> None:
    """One of both, in the form that it is published in."""
    with pytest.raises(ValidationError, match=message):
        guarded(rsa=settings)


@pytest.mark.parametrize(
    "key", ["-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", pem(ec.generate_private_key(ec.SECP256R1()))]
)
def test_a_key_that_is_none_of_rsa_is_said_when_the_configuration_loads(key: str) -> None:
    """Whatever it says of itself."""
    with pytest.raises(ValidationError, match="a public key of RSA in PEM"):
        guarded(rsa={"key": key})

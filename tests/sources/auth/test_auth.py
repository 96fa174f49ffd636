"""Guards: who is let in, by each way there is to tell."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.auth import guard
from tests.sources.auth.support import BODY, guarded, refused


@pytest.mark.parametrize("auth", [None, "none"])
def test_without_an_auth_everybody_is_let_in(auth: Any) -> None:
    """No header is needed, none is kept back, and the body is not signed."""
    open_guard = guard(auth)
    assert open_guard.admits({})
    assert (open_guard.header, open_guard.proof) == ("", None)


@pytest.mark.parametrize("value", [b"Bearer s3cret", b"bearer s3cret", b"BEARER  s3cret "])
def test_a_bearer_token_admits(value: bytes) -> None:
    """The scheme's name is compared without regard to case, as RFC 9110 section 11.1 has it."""
    assert guarded(bearer="s3cret").admits({b"authorization": value})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"authorization": b""},
        {b"authorization": b"Bearer"},
        {b"authorization": b"Bearer S3cret"},
        {b"authorization": b"Bearer s3cret2"},
        {b"authorization": b"Basic s3cret"},
        {b"authorization": b"s3cret"},
        {b"authorization": b"Bearer s3cr\xe9t"},
        {b"x-authorization": b"Bearer s3cret"},
    ],
)
def test_anything_but_the_token_does_not(headers: dict[bytes, bytes]) -> None:
    """A missing, shortened, lengthened or differently spelt token, or another scheme, is refused."""
    assert not guarded(bearer="s3cret").admits(headers)


def test_basic_is_what_a_url_with_credentials_sends() -> None:
    """`user:pässword` in UTF-8 and base64, and nothing else."""
    basic = guarded(basic={"username": "jenkins", "password": "pässword"})
    assert basic.admits({b"authorization": b"Basic amVua2luczpww6Rzc3dvcmQ="})
    assert not basic.admits({b"authorization": b"Basic amVua2luczpwYXNzd29yZA=="})
    assert not basic.admits({b"authorization": b"Basic"})
    assert basic.challenge.startswith("Basic ")


def test_a_header_is_compared_whole() -> None:
    """Its name in any case, its value exactly."""
    header = guarded(header={"name": "X-JFrog-Event-Auth", "value": "s3cret"})
    assert header.admits({b"x-jfrog-event-auth": b"s3cret"})
    assert not header.admits({b"x-jfrog-event-auth": b"S3CRET"})
    assert not header.admits({})
    assert header.header == "x-jfrog-event-auth"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("prefix", ["", "sha256=", "v0="])
def test_a_signature_is_of_the_body_and_the_secret(algorithm: str, prefix: str) -> None:
    """The right digest with the right prefix is let in; of another body, secret, algorithm or prefix it is not."""
    sealed = guarded(hmac={"header": "X-Signature", "secret": "k", "algorithm": algorithm, "prefix": prefix})

    def says(value: str) -> bool:
        return not refused(sealed, {"X-Signature": value})

    def digest(key: bytes = b"k", body: bytes = BODY, name: str = algorithm) -> str:
        return hmac.new(key, body, getattr(hashlib, name)).hexdigest()

    assert says(prefix + digest())
    assert not says(prefix + digest(key=b"K"))
    assert not says(prefix + digest(body=BODY + b"\n"))
    assert not says(prefix + digest(name="sha384"))
    assert not says(prefix + digest()[:-1])
    assert not says("sha3=" + digest())
    assert not says(digest() if prefix else "sha256=" + digest())


def test_githubs_own_example_is_accepted() -> None:
    """The value from GitHub's documentation, "Validating webhook deliveries"."""
    sealed = guarded(
        hmac={"header": "X-Hub-Signature-256", "secret": "It's a Secret to Everybody", "prefix": "sha256="}
    )
    value = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert not refused(sealed, {"X-Hub-Signature-256": value}, b"Hello, World!")


def test_an_unsigned_request_is_refused_before_its_body_is_read() -> None:
    """Nothing is read for whom does not even try."""
    sealed = guarded(hmac={"header": "X-Signature", "secret": "k"})
    assert not sealed.admits({})


@given(st.text(st.characters(max_codepoint=255), max_size=80), st.sampled_from(["authorization", "x-auth", "x-sig"]))
def test_no_guess_gets_in(value: str, name: str) -> None:
    """Arbitrary text in a header neither opens a guard nor breaks it."""
    for settings in (
        {"bearer": "0123456789abcdef"},
        {"basic": {"username": "u", "password": "0123456789abcdef"}},
        {"header": {"name": "x-auth", "value": "0123456789abcdef"}},
        {"hmac": {"header": "x-sig", "secret": "0123456789abcdef"}},
        {"hmac": {"scheme": "stripe", "header": "x-sig", "secret": "0123456789abcdef"}},
        {"hmac": {"scheme": "standard-webhooks", "header": "x-sig", "secret": "0123456789abcdef"}},
    ):
        assert refused(guarded(**settings), {name: value})


@pytest.mark.parametrize(
    ("settings", "name", "values"),
    [
        ({"bearer": ["old", "new"]}, "Authorization", ["Bearer old", "Bearer new"]),
        (
            {"basic": {"username": "u", "password": ["old", "new"]}},
            "Authorization",
            ["Basic dTpvbGQ=", "Basic dTpuZXc="],
        ),
        ({"header": {"name": "X-Gitlab-Token", "value": ["old", "new"]}}, "X-Gitlab-Token", ["old", "new"]),
    ],
)
def test_of_several_secrets_any_is_right(settings: Any, name: str, values: list[str]) -> None:
    """While they are being exchanged; what is none of them, or all of them, is not."""
    sealed = guarded(**settings)
    assert [refused(sealed, {name: value}) for value in values] == ["", ""]
    assert refused(sealed, {name: values[0] + "x"})
    assert refused(sealed, {name: ",".join(values)})

"""What of a URL may be told."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.urls import may_ask_secretly, public

KEPT = [
    "https://git.example.com/shop.git?ref=main&path=a#L1",
    "https://host:8080/@scope/pkg",
    "'https://host:8080' and https://host:8080, http://h:80;",
    "https://[::1]:8080/@scope/pkg",
    "ssh://git@git.example.com:29418/shop",
    "git@git.example.com:shop.git",
    "pkg:npm/%40scope/x@1.0?repository_url=registry.example.com&tag=1",
    "Ada <ada@example.com> said: is a=b?",
    "https://example.com/?q=token",
    "https://example.com/?tokenless",
    "what?key is",
]

TOLD = [
    ("https://me:s3cret@git.example.com/x", "https://git.example.com/x"),
    ("https://ghp_s3cret@git.example.com/x", "https://git.example.com/x"),
    ("https://me:s3/cr@et@git.example.com/x", "https://git.example.com/x"),
    ("ssh://me:s3cret@git.example.com/x", "ssh://git.example.com/x"),
    (
        "cloning https://me:s3cret@a.example/x, then http://s3cret@b.example",
        "cloning https://a.example/x, then http://b.example",
    ),
    ("https://a.example/x?token=s3cret", "https://a.example/x"),
    ("https://a.example/x?a=1&private_token=s3cret&b=2#c", "https://a.example/x?a=1&b=2#c"),
    ("https://a.example/x?access_token=s3cret&b=2", "https://a.example/x?b=2"),
    ("https://a.example/x?a=1&X-Amz-Credential=s3cret&X-Amz-Signature=s3cret", "https://a.example/x?a=1"),
    ("https://a.example/x?sv=1&sig=s3cret", "https://a.example/x?sv=1"),
    ("https://a.example/x?X-Goog-Signature=s3cret", "https://a.example/x"),
    ("https://a.example/x#access_token=s3cret", "https://a.example/x"),
    ("https://a.example/x?%74oken=s3cret", "https://a.example/x"),
    ("'https://me:s3cr' is cut", "'https://' is cut"),
    ("GET /v2/?api_key=s3cret HTTP/1.1", "GET /v2/ HTTP/1.1"),
]


@pytest.mark.parametrize("text", KEPT)
def test_what_may_be_told_stays_byte_for_byte(text: str) -> None:
    """Parameters whose names say nothing of a secret, users of SSH, and what only looks like a URL."""
    assert public(text) == text


@pytest.mark.parametrize(("text", "told"), TOLD)
def test_users_passwords_and_secret_parameters_are_left_out(text: str, told: str) -> None:
    """Wherever in a text they stand; the rest stays as it was, and twice is as once."""
    assert public(text) == told
    assert public(told) == told


def test_a_filter_leaves_out_all_users() -> None:
    """Whom a clone belongs to says nothing of the repository."""
    assert public("ssh://git@git.example.com/x", users=False) == "ssh://git.example.com/x"


@given(st.text(alphabet=st.sampled_from('ab:/@?#&;=.[] "token')))
def test_it_never_fails_and_is_stable(text: str) -> None:
    """Whatever a text is."""
    once = public(text)
    assert len(once) <= len(text)


@pytest.mark.parametrize("piece", ["a://", "a:", "@", "://x:", "?a=", "?token=", "a&", "a://b:c@", "a+"])
def test_its_time_is_linear(piece: str) -> None:
    """Ten times the text is not a hundred times the time."""

    def seconds(count: int) -> float:
        text = piece * count
        begin = time.process_time()
        public(text)
        return time.process_time() - begin

    small = min(seconds(2_000) for _ in range(5))
    assert min(seconds(20_000) for _ in range(3)) < 40 * small + 0.01


@given(
    st.lists(st.sampled_from(["?", "&", ";", "#", "=", "token", "page", " ", '"', "x", "a/b", "%74oken"])).map("".join)
)
def test_what_is_looked_at_once_has_nothing_secret(text: str) -> None:
    """Where a look at the names says that there is no secret parameter, none is left out."""
    assert may_ask_secretly(text) or public(text) == text

"""A Gerrit whose answers are not what they should be costs an attempt, and nothing more."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest

from adapters.gerrit import client
from adapters.redaction import redaction
from adapters.settings import SecretStr
from adapters.sources.gerrit.rest import BackfillFailed, Rest, whole
from adapters.tls import Tls
from tests import hostile
from tests.hostile import Say, answering, echoing

PASSWORD = SecretStr("s3cret-of-gerrit")


def rest(url: str, timeout: float = 20.0, user: Any = ("ada", PASSWORD)) -> Rest:
    """A client of it."""
    return Rest(client(url, user, Tls(), timeout, whole()), redaction([PASSWORD]))


@pytest.mark.parametrize(
    ("say", "reason"),
    [
        (hostile.gigabyte, "larger than 33554432 bytes"),
        (hostile.bomb, "larger than 33554432 bytes"),
        (hostile.values, "more than 2000000 values"),
        (hostile.deep, "something else"),
        (hostile.trickle, "no answer in time"),
        (hostile.nowhere, "redirects to what is no URL"),
    ],
)
def test_an_answer_is_bounded(say: Say, reason: str) -> None:
    """In bytes, values and time; it is asked again later, and the log says why."""
    with answering(say) as url:
        tracemalloc.start()
        try:
            with pytest.raises(BackfillFailed, match=reason):
                rest(url, 0.3 if say == hostile.trickle else 20.0).changes([])
            assert tracemalloc.get_traced_memory()[1] < 128 << 20
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("user", [("ada", PASSWORD), PASSWORD])
def test_what_gerrit_repeats_is_not_told(user: Any) -> None:
    """Neither a password nor a token, as it is sent."""
    with echoing() as url, pytest.raises(BackfillFailed, match=r"\[redacted\]") as raised:
        rest(url, user=user).changes([("q", "x")])
    assert "s3cret" not in str(raised.value)

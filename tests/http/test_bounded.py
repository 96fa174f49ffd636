"""Answers of others are whole, small enough and in time, or none."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest
import requests

from adapters.http import Bearer, Bounded, Unusable, bounded, no_answer
from tests import hostile
from tests.hostile import Say, answering
from tests.receiver import Receiver, receiving

LARGEST = 1 << 20
Ask = Callable[[str], requests.Response]


def asking(adapter: Bounded, timeout: float | tuple[float, float] = 5.0) -> Ask:
    """GETs through an adapter, of a session that knows no proxy."""
    session = requests.Session()
    session.trust_env = False
    bounded(session, adapter)
    return lambda url: session.get(url, timeout=timeout)


LARGE = [hostile.gigabyte, hostile.chunks, hostile.bomb, hostile.bomb_in_a_bomb]
SLOW = [hostile.trickle, hostile.trickling_head, hostile.continues]


@pytest.mark.parametrize("say", LARGE)
def test_memory_does_not_grow_with_an_answer(say: Say) -> None:
    """It counts what is unpacked, and stops there: whoever wants all of it gets none, an excerpt is its beginning."""
    with answering(say) as url:
        tracemalloc.start()
        try:
            with pytest.raises(Unusable, match="the answer is larger than 1048576 bytes"):
                asking(Bounded(LARGEST))(url)
            assert len(asking(Bounded(LARGEST, excerpt=True))(url).content) == LARGEST
            assert tracemalloc.get_traced_memory()[1] < 12 * LARGEST
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("say", SLOW)
@pytest.mark.parametrize("timeout", [0.3, (0.2, 0.3)])
def test_an_answer_has_so_long_and_no_longer(say: Say, timeout: float | tuple[float, float]) -> None:
    """A byte now and then does not put it off."""
    with answering(say) as url:
        begin = time.monotonic()
        with pytest.raises(requests.Timeout) as raised:
            asking(Bounded(LARGEST), timeout)(url)
        assert time.monotonic() - begin < 2
        assert no_answer(raised.value) == "no answer in time"


def test_a_status_that_came_counts_though_the_rest_is_late() -> None:
    """An excerpt is what came in time; but for what somebody wanted to get."""
    with answering(hostile.trickle) as url, requests.Session() as session:
        session.trust_env = False
        bounded(session, Bounded(LARGEST, excerpt=True))
        assert session.post(url, timeout=0.3).status_code == 200
        with pytest.raises(requests.ReadTimeout):
            session.get(url, timeout=0.3)


@pytest.mark.parametrize("say", [hostile.headers, hostile.one_header])
def test_headers_have_an_end(say: Say) -> None:
    """There are not more of them than http.client takes."""
    with answering(say) as url, pytest.raises(requests.ConnectionError):
        asking(Bounded(LARGEST))(url)


def test_small_bytes_that_are_many_values_are_none() -> None:
    """As objects they would take twenty times the memory."""
    with answering(hostile.values) as url, pytest.raises(Unusable, match="more than 2000000 values"):
        asking(Bounded(16 << 20))(url)


def test_an_answer_that_is_right_is_there_and_keeps_its_connection() -> None:
    """One connection for many answers, each with a deadline of its own."""
    with receiving() as receiver:
        ask = asking(Bounded(LARGEST), 2.0)
        receiver.answers.extend([(200, {}, b'{"a": 1}'), (200, {}, b"b" * LARGEST)])
        assert ask(receiver.url).json() == {"a": 1}
        assert len(ask(receiver.url).content) == LARGEST
    assert len({each.connection for each in receiver.requests}) == 1


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("https://elsewhere.example/x?token=s3cret", "it redirects to https://elsewhere.example; configure"),
        ("http://[::1", "it redirects to what is no URL"),
    ],
)
def test_a_redirect_does_not_lead_elsewhere(receiver: Receiver, to: str, reason: str) -> None:
    """With credentials, one stays where they are for; nothing of the place but its name is told."""
    receiver.answers.append((302, {"Location": to}, b""))
    with pytest.raises(Unusable, match=reason) as raised:
        asking(Bounded(LARGEST, stays=True))(receiver.url)
    assert "s3cret" not in no_answer(raised.value)


def test_a_redirect_at_the_same_host_is_followed(receiver: Receiver) -> None:
    """But not in a circle."""
    receiver.answers.extend([(302, {"Location": "/there"}, b""), (200, {}, b"here")])
    ask = asking(Bounded(LARGEST, stays=True))
    assert ask(receiver.url).content == b"here"
    receiver.answers.extend([(302, {"Location": "/there"}, b"")] * 20)
    with pytest.raises(requests.TooManyRedirects):
        ask(receiver.url)


@pytest.mark.parametrize("secret", ["s3cr\u20act", "s3\ncret"])
def test_a_secret_that_no_header_can_hold_is_told_without_it(receiver: Receiver, secret: str) -> None:
    """As an error of requests, which whoever asks expects; nothing is sent."""
    session = requests.Session()
    bounded(session, Bounded(LARGEST))
    with session, pytest.raises(Unusable, match="cannot be sent in HTTP headers") as caught:
        session.get(receiver.url, auth=Bearer(lambda: secret), timeout=5)
    assert "s3" not in no_answer(caught.value)
    assert receiver.requests == []

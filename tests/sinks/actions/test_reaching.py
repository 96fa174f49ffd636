"""How an action reaches whom it tells: over TLS, and not for ever."""

from __future__ import annotations

import socket
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import DeliveryError, TransientError
from adapters.sinks.actions.sink import ActionSink
from tests import hostile
from tests.hostile import Say, answering
from tests.receiver import receiving
from tests.sinks.actions.support import call, job, message, review
from tests.sinks.conftest import Private

Make = Callable[..., ActionSink[Any]]

EACH = pytest.mark.parametrize("make", [call, job, review])


@EACH
async def test_who_does_not_answer_is_waited_for_as_long_as_is_said(tmp_path: Path, make: Make) -> None:
    """A server that takes the connection and says nothing is for later."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sink = make(tmp_path, url=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        with pytest.raises(TransientError, match="in time"):
            await sink.publish([message()])


@EACH
async def test_who_is_not_trusted_is_told_nothing(private: Private, tmp_path: Path, make: Make) -> None:
    """The reason is that of the TLS library, and so is that of a file that is not there."""
    for tls in ({}, {"ca": tmp_path / "missing.pem"}):
        with pytest.raises(TransientError, match=r"certificate verify failed|missing\.pem"):
            await make(tmp_path, url=private.url, tls=tls).publish([message()])
    assert private.receiver.requests == []


@pytest.mark.parametrize(
    ("make", "answer"), [(call, ""), (job, "did not say that it starts"), (review, "not Gerrit's API")]
)
async def test_an_authority_and_a_certificate_are_told_to_each(
    private: Private, tmp_path: Path, make: Make, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With them there is an answer, though not of Jenkins or Gerrit; nothing in the environment takes their place."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(private.client.certificate))
    tls: dict[str, Any] = {"ca": private.own.certificate, "certificate": private.client.certificate}
    said = ""
    try:
        await make(tmp_path, url=private.url, tls={**tls, "key": private.client.key}).publish([message()])
    except DeliveryError as error:
        said = str(error)
    assert answer in said
    assert bool(answer) == bool(said)


@EACH
@pytest.mark.parametrize(
    "say", [hostile.gigabyte, hostile.bomb, hostile.bomb_in_a_bomb, hostile.trickle, hostile.trickling_head]
)
async def test_no_answer_costs_more_than_a_little_memory_and_time(tmp_path: Path, make: Make, say: Say) -> None:
    """Where the status came, it is what counts; a job or a review of which nothing is known is for later."""
    with answering(say) as url:
        sink, begin = make(tmp_path, url=url, timeout=0.5), time.monotonic()
        tracemalloc.start()
        try:
            await sink.publish([message()])
        except DeliveryError as error:
            assert isinstance(error, TransientError)
        finally:
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        assert time.monotonic() - begin < 3
    assert peak < 24 << 20


@EACH
@pytest.mark.parametrize("say", [hostile.deep, hostile.headers, hostile.nowhere])
async def test_what_no_server_answers_is_for_later(tmp_path: Path, make: Make, say: Say) -> None:
    """It ends neither the route nor the event."""
    with answering(say) as url:
        try:
            await make(tmp_path, url=url, timeout=3).publish([message()])
        except TransientError:
            return
    assert (make, say) == (call, hostile.deep), "only a call has what it wanted in the status alone"


@pytest.mark.parametrize("crumb", [b"[1]", b"1", b'{"crumb": "x"}', b'{"crumb": 1, "crumbRequestField": "a\\nb"}'])
async def test_a_crumb_that_is_none_starts_nothing(tmp_path: Path, crumb: bytes) -> None:
    """Nor is it taken for the answer of an old Jenkins."""
    with receiving() as server:
        server.answers.append((200, {"Content-Type": "application/json"}, crumb))
        with pytest.raises(TransientError):
            await job(tmp_path, url=server.url.partition("/events")[0]).publish([message()])
    assert len(server.requests) == 1

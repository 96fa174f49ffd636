"""How an action reaches whom it tells: over TLS, and not for ever."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import DeliveryError, TransientError
from adapters.sinks.actions.sink import ActionSink
from tests.sinks.actions.support import call, job, message, review
from tests.sinks.conftest import Private

Make = Callable[..., ActionSink]

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

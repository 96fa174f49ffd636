"""The HTTP sink over TLS."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.errors import TransientError
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from tests.certificates import identity
from tests.sinks.conftest import Make, Private


def opened(private: Private, **tls: object) -> HttpSink:
    """A sink for a server."""
    return HttpSink(HttpSettings.model_validate({"type": "http", "url": private.url, "tls": tls}))


async def test_a_private_authority_and_a_client_certificate(
    private: Private, make: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Both sides prove who they are; another bundle in the environment does not take the place of `ca`."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(identity(tmp_path, "other").certificate))
    client = {"certificate": private.client.certificate, "key": private.client.key}
    sink = opened(private, ca=private.own.certificate, **client)
    await sink.publish([make()])
    await sink.aclose()


async def test_a_server_that_cannot_be_trusted_is_told(private: Private, make: Make) -> None:
    """The reason is that of the TLS library; nothing was sent."""
    sink = opened(private)
    with pytest.raises(TransientError, match="self-signed certificate"):
        await sink.publish([make()])
    await sink.aclose()


async def test_an_authority_file_that_is_missing_is_told(private: Private, make: Make, tmp_path: Path) -> None:
    """With its path; it may be mounted later."""
    sink = opened(private, ca=tmp_path / "missing.pem")
    with pytest.raises(TransientError, match=r"missing\.pem"):
        await sink.publish([make()])
    await sink.aclose()

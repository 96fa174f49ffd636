"""A Jenkins behind a private authority."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

import pytest

from adapters.sources.jenkins.passed_over import PassedOver
from adapters.sources.jenkins_api.client import Client, TryAgain, connected
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.pace import Pace
from tests.certificates import Identity, identity
from tests.receiver import receiving


async def asked(url: str, own: Identity | None) -> list[object]:
    """The jobs of the Jenkins at a URL, asked once."""
    tls = {"ca": own.certificate} if own else {}
    settings = JenkinsApiSettings.model_validate({"type": "jenkins-api", "instance": url, "tls": tls})

    async def no_more(_seconds: float) -> None:
        raise TryAgain("once is enough")

    pace = Pace(1000.0, asyncio.get_running_loop().time, asyncio.sleep)
    return [*await Client(connected(settings), pace, no_more).jobs(1, PassedOver())]


async def test_its_authority_is_trusted_where_it_is_configured(tmp_path: Path) -> None:
    """And only there."""
    own = identity(tmp_path, "own")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)
    with receiving(context) as receiver:
        url = receiver.url.partition("/events")[0] + "/"
        receiver.answers.append((200, {"content-type": "application/json"}, b'{"jobs":[]}'))
        assert await asked(url, own) == []
        with pytest.raises(TryAgain):
            await asked(url, None)
    assert len(receiver.requests) == 1

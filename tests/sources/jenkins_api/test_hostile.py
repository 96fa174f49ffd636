"""A Jenkins whose answers are not what they should be costs a poll, and nothing more."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from adapters.sources.jenkins_api.client import Client, TryAgain, connected
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.pace import Pace
from tests import hostile
from tests.hostile import Say, answering


async def at_once(_seconds: float) -> None:
    """Waits for nothing."""


@pytest.mark.parametrize(
    ("say", "reason"),
    [
        (hostile.gigabyte, "larger than 16777216 bytes"),
        (hostile.bomb, "larger than 16777216 bytes"),
        (hostile.values, "more than 2000000 values"),
        (hostile.trickle, "no answer in time|did not answer|Timeout"),
        (hostile.nowhere, "redirects to what is no URL"),
    ],
)
async def test_an_answer_is_bounded(say: Say, reason: str) -> None:
    """In bytes, values and time; the log says why there is none."""
    with answering(say) as url:
        settings = JenkinsApiSettings.model_validate(
            {
                "type": "jenkins-api",
                "instance": url,
                "mapping": "jenkins/build",
                "timeout": "300ms" if say == hostile.trickle else "9s",
            }
        )
        client = Client(connected(settings), Pace(1e9, time.monotonic, at_once), at_once)
        tracemalloc.start()
        try:
            with pytest.raises(TryAgain, match=reason):
                await client.build("job/shop/", 7)
            assert tracemalloc.get_traced_memory()[1] < 96 << 20
        finally:
            tracemalloc.stop()

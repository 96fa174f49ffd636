"""A Jenkins for each test, behind `requests`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import responses

from tests.sources.jenkins_api.fake import ROOT, FakeJenkins
from tests.sources.jenkins_home.homes import Heard


@pytest.fixture
def jenkins() -> Iterator[FakeJenkins]:
    """A Jenkins without jobs."""
    fake = FakeJenkins()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.GET, re.compile(re.escape(ROOT)), callback=fake.answer)
        yield fake


@pytest.fixture
def heard() -> Heard:
    """What a source will say."""
    return Heard()

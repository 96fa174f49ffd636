"""A home for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources.jenkins_home.homes import Heard, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty JENKINS_HOME."""
    return Home(tmp_path / "home")


@pytest.fixture
def heard() -> Heard:
    """What a source will say."""
    return Heard()

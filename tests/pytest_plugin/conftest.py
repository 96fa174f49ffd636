"""A project with a mapping of its own, in which pytest runs as its user's does."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters import goldens
from tests import example


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """A mapping with two inputs and what is expected of them."""
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    mapping = example.mapping(pytester.path, started=example.STARTED, finished=example.FINISHED)
    goldens.update(goldens.run(mapping))
    return mapping

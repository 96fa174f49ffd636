"""A bench in a temporary directory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sources.tail.support import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """The bench, put away at the end."""
    bench = Bench(tmp_path)
    yield bench
    bench.stop()

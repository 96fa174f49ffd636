"""A database for metrics."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.brokers import Server
from tests.postgresql import database, postgresql


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A PostgreSQL that is up."""
    with postgresql() as server:
        yield server


@pytest.fixture
def url(server: Server) -> str:
    """An empty database of it."""
    return database(server)

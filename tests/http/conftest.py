"""A server that answers as it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.receiver import Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that is up."""
    with receiving() as receiver:
        yield receiver

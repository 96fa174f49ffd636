"""Each kind of broker."""

from __future__ import annotations

import pytest

from tests.faults.brokers import BROKERS
from tests.faults.flow import MakeBroker


@pytest.fixture(params=[*BROKERS.values()], ids=[*BROKERS])
def make_broker(request: pytest.FixtureRequest) -> MakeBroker:
    """One after the other."""
    make: MakeBroker = request.param
    return make

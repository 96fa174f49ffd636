"""Each kind of broker."""

from __future__ import annotations

import pytest

from tests.faults.brokers import BROKERS
from tests.faults.flow import MakeBroker
from tests.faults.kafka_broker import Kafka

REAL_KAFKA = pytest.param(Kafka, id="kafka", marks=pytest.mark.real)


@pytest.fixture(params=[REAL_KAFKA, *(pytest.param(make, id=name) for name, make in BROKERS.items())])
def make_broker(request: pytest.FixtureRequest) -> MakeBroker:
    """One after the other."""
    make: MakeBroker = request.param
    return make

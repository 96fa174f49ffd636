"""The brokers, each started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.brokers import Broker as Server
from tests.brokers import nats_server
from tests.sources.broker.cluster import Cluster, kafka_cluster
from tests.sources.broker.places import KafkaTopic, Nats
from tests.sources.broker.support import Broker


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A NATS server."""
    with nats_server(tmp_path_factory.mktemp("nats")) as server:
        yield server


@pytest.fixture(scope="session")
def kafka() -> Iterator[Cluster]:
    """A Kafka cluster."""
    with kafka_cluster() as cluster:
        yield cluster


PLACES = {"kafka": KafkaTopic, "nats": Nats}


@pytest.fixture(params=PLACES)
def broker(request: pytest.FixtureRequest) -> Broker:
    """Each of the brokers in turn, with nothing in it."""
    place: Broker = PLACES[request.param](request.getfixturevalue(request.param))
    return place

"""The brokers, each started once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import brokers
from tests.real.kafka import server
from tests.sources.broker.groups import bystander
from tests.sources.broker.places import KafkaTopic, MqttTopic, NatsStream, RabbitmqQueue
from tests.sources.broker.support import Broker


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[brokers.Server]:
    """A NATS server."""
    with brokers.running(brokers.nats(tmp_path_factory.mktemp("nats"))) as server:
        yield server


@pytest.fixture(scope="session")
def kafka() -> Iterator[brokers.Kafka]:
    """A Kafka cluster."""
    with brokers.kafka() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def real_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[brokers.Server]:
    """A Kafka that keeps what it has."""
    with brokers.running(server.kafka(tmp_path_factory.mktemp("kafka"))) as kafka:
        yield kafka


@pytest.fixture
def kafka_topic(kafka: brokers.Kafka) -> Iterator[KafkaTopic]:
    """A topic, and a group that is never empty, of a cluster that hangs, for it would forget all if it ended."""
    topic = KafkaTopic(kafka.brokers, kafka.pause, kafka.resume)
    with bystander(kafka.brokers, topic.name):
        yield topic


@pytest.fixture
def real_kafka_topic(real_kafka: brokers.Server) -> KafkaTopic:
    """A topic to be made."""
    return KafkaTopic(real_kafka.address, real_kafka.kill, real_kafka.start)


@pytest.fixture
def nats_stream(nats: brokers.Server) -> NatsStream:
    """A stream to be made."""
    return NatsStream(nats)


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[brokers.Server]:
    """A RabbitMQ."""
    with brokers.running(brokers.rabbitmq(tmp_path_factory.mktemp("rabbitmq"))) as server:
        yield server


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[brokers.Server]:
    """An MQTT broker."""
    with brokers.running(brokers.mosquitto(tmp_path_factory.mktemp("mosquitto"))) as server:
        yield server


@pytest.fixture
async def mqtt_topic(mosquitto: brokers.Server) -> MqttTopic:
    """A topic with a session."""
    topic = MqttTopic(mosquitto)
    await topic.subscribe()
    return topic


@pytest.fixture
def rabbitmq_queue(rabbitmq: brokers.Server) -> RabbitmqQueue:
    """A queue to be made."""
    return RabbitmqQueue(rabbitmq)


REAL_KAFKA = pytest.param("real_kafka_topic", marks=pytest.mark.real)


@pytest.fixture(params=["kafka_topic", REAL_KAFKA, "mqtt_topic", "nats_stream", "rabbitmq_queue"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Each of the brokers in turn, with nothing in it."""
    place: Broker = request.getfixturevalue(request.param)
    return place

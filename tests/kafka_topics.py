"""Into a topic of Kafka, and out of it."""

from __future__ import annotations

from collections.abc import Iterable

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, Message, Producer, TopicPartition

PATIENCE = 60.0
"""Seconds that a cluster may take to answer."""

_PROPERTIES = {"group.id": "reader", "enable.auto.commit": False, "enable.partition.eof": True}


def produce(address: str, topic: str, values: Iterable[bytes], key: bytes | None = None) -> None:
    """Puts values into the topic; each is its own key, unless all have one."""
    producer = Producer({"bootstrap.servers": address})
    for value in values:
        producer.produce(topic, value, key or value)
    assert producer.flush(PATIENCE) == 0


def records(address: str, topic: str) -> list[Message]:
    """All that the topic has now, partition by partition, each in its order."""
    consumer = Consumer({"bootstrap.servers": address, **_PROPERTIES})
    try:
        left = {*consumer.list_topics(topic, PATIENCE).topics[topic].partitions}
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in left])
        found: list[Message] = []
        while left:
            message = consumer.poll(PATIENCE)
            assert message is not None, f"{address} does not answer"
            if (error := message.error()) is None:
                found.append(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                left.discard(message.partition())
    finally:
        consumer.close()
    return sorted(found, key=lambda message: (message.partition(), message.offset()))

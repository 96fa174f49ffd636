"""What is in a topic of Kafka."""

from __future__ import annotations

from confluent_kafka import Consumer, Message, TopicPartition

PATIENCE = 60.0
"""Seconds that a cluster may take to answer."""


def records(address: str, topic: str) -> list[Message]:
    """All that the topic has now, partition by partition, each in its order."""
    consumer = Consumer({"bootstrap.servers": address, "group.id": "reader", "enable.auto.commit": False})
    try:
        partitions = consumer.list_topics(topic, PATIENCE).topics[topic].partitions
        return [record for number in sorted(partitions) for record in _partition(consumer, topic, number)]
    finally:
        consumer.close()


def _partition(consumer: Consumer, topic: str, number: int) -> list[Message]:
    first, end = consumer.get_watermark_offsets(TopicPartition(topic, number), PATIENCE)
    consumer.assign([TopicPartition(topic, number, first)])
    found: list[Message] = []
    while len(found) < end - first:
        fetched = consumer.consume(end - first - len(found), PATIENCE)
        assert fetched
        found += fetched
    return found

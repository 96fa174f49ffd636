"""The Kafka sink, against librdkafka's cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from adapters.errors import ConfigError, PermanentError, TransientError
from adapters.model import Encoding, Format, Place
from adapters.sinks import SINKS
from adapters.sinks.broker_settings import KafkaSettings
from tests import brokers
from tests.kafka_topics import records
from tests.real.kafka import server
from tests.service import free_port
from tests.sinks.conftest import Make
from tests.waiting import eventually

confluent_kafka = pytest.importorskip("confluent_kafka", reason="needs the extra kafka")

from cloudevents.core.bindings import kafka as binding  # noqa: E402 - after the check for the extra
from cloudevents.core.formats.json import JSONFormat  # noqa: E402 - the same

from adapters.sinks.kafka import KafkaSink  # noqa: E402 - the same
from adapters.sinks.kafka_producer import KafkaProducer, Record  # noqa: E402 - the same


class Cluster:
    """A cluster that can be made to hang, and what is in it."""

    def __init__(self, addresses: str, kafka: brokers.Kafka | brokers.Server) -> None:
        self.brokers = addresses.split(",")
        self.pause, self.resume = kafka.pause, kafka.resume

    def records(self, topic: str) -> list[Any]:
        """All of a topic, by partition and then in order."""
        return records(self.brokers[0], topic)


@pytest.fixture(scope="module", params=["mock", pytest.param("real", marks=pytest.mark.real)])
def cluster(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One for all tests."""
    if request.param == "mock":
        with brokers.kafka() as mock:
            yield Cluster(mock.brokers, mock)
    else:
        with brokers.running(server.kafka(tmp_path_factory.mktemp("kafka"))) as real:
            yield Cluster(real.address, real)


Open = Callable[..., KafkaSink]


@pytest.fixture
def opened(cluster: Cluster) -> Open:
    """What makes a sink for the cluster, unless told other settings."""

    def opened(**settings: Any) -> KafkaSink:
        given = {"type": "kafka", "brokers": cluster.brokers, "topic": "cicd", "timeout": 10} | settings
        sink = SINKS["kafka"].build(KafkaSettings.model_validate(given))
        assert isinstance(sink, KafkaSink)
        return sink

    return opened


def event(record: Any) -> Any:
    """What a consumer with the CloudEvents SDK makes of a record."""
    return binding.from_kafka(
        binding.KafkaMessage(headers=dict(record.headers()), key=record.key(), value=record.value()), JSONFormat()
    )


@pytest.mark.parametrize("encoding", [Encoding.BINARY, Encoding.STRUCTURED])
async def test_a_consumer_with_the_sdk_reads_the_event(
    opened: Open, cluster: Cluster, make: Make, encoding: Encoding
) -> None:
    """In both content modes, with what no header of HTTP could hold unescaped."""
    sink = opened(topic=f"sdk-{encoding}")
    await sink.publish([make(1, encoding=encoding, subject="a b/\u00e9%", partitionkey="chain")])
    await sink.aclose()
    [record] = cluster.records(f"sdk-{encoding}")
    read = event(record)
    assert (read.get_id(), read.get_type(), read.get_subject()) == (
        "id-1",
        "legacy.jenkins.notification",
        "a b/\u00e9%",
    )
    assert read.get_extension("partitionkey") == "chain"
    assert read.get_data() == {"a": 1}


async def test_binary_mode_is_what_the_sdk_writes(opened: Open, cluster: Cluster, make: Make) -> None:
    """The same headers, key and value, byte for byte."""
    sink = opened(topic="binary")
    await sink.publish([make(1, encoding=Encoding.BINARY, data=b'{"a":1}', partitionkey="chain")])
    await sink.aclose()
    [record] = cluster.records("binary")
    expected = binding.to_binary_event(event(record), JSONFormat())
    assert dict(record.headers()) == expected.headers
    assert (record.key().decode(), orjson.loads(record.value())) == (expected.key, orjson.loads(expected.value))


async def test_a_bare_message_keeps_its_bytes(opened: Open, cluster: Cluster, make: Make) -> None:
    """With its own content type, and headers that name it and its CDEvents."""
    sink = opened(topic="raw")
    await sink.publish([make(1, encoding=Encoding.RAW, data=b"<x/>", datacontenttype="text/xml", cdeventids="a,b")])
    await sink.aclose()
    [record] = cluster.records("raw")
    assert record.value() == b"<x/>"
    assert dict(record.headers()) == {"content-type": b"text/xml", "legacy-id": b"id-1", "cdevents-ids": b"a,b"}


async def test_one_key_keeps_its_order(opened: Open, cluster: Cluster, make: Make) -> None:
    """Over many batches under way at once within each, all of a key are in one partition, as they were published."""
    sink = opened(topic="order")
    for batch in range(5):
        numbers = range(batch * 100, batch * 100 + 100)
        await sink.publish([make(number, partitionkey=f"key-{number % 7}") for number in numbers])
    await sink.aclose()
    records = cluster.records("order")
    assert len(records) == 500
    for key in range(7):
        mine = [record for record in records if record.key() == f"key-{key}".encode()]
        assert len({record.partition() for record in mine}) == 1
        ids = [orjson.loads(record.value())["id"] for record in mine]
        assert ids == [f"id-{number}" for number in range(500) if number % 7 == key]


async def test_the_topic_is_made_of_the_event(opened: Open, cluster: Cluster, make: Make) -> None:
    """What no topic can have in its name becomes `_`."""
    sink = opened(topic="{format}.{type}.{subject}")
    await sink.publish([make(1, subject="job/main \u00e9"), make(2)])
    await sink.aclose()
    assert len(cluster.records("legacy.legacy.jenkins.notification.job_main__")) == 1
    assert len(cluster.records("legacy.legacy.jenkins.notification._")) == 1


async def test_a_mapped_message_says_its_topic_and_headers(opened: Open, cluster: Cluster, make: Make) -> None:
    """And its key is a record's."""
    sink = opened(topic="{topic}")
    message = make(1, encoding=Encoding.RAW, partitionkey="shop/7")
    place = Place("run/over", headers={"x-team": "red"})
    await sink.publish([message._replace(format=Format.MAPPED, place=place)])
    await sink.aclose()
    [record] = cluster.records("run_over")
    assert (record.key(), record.value()) == (b"shop/7", b'{"a": 1}')
    assert dict(record.headers())["x-team"] == b"red"


async def test_a_message_that_is_too_large_is_permanent(opened: Open, cluster: Cluster, make: Make) -> None:
    """Those before it are delivered, and none after it was sent, so that none of them is sent twice."""
    sink = opened(topic="large", properties={"message.max.bytes": "2000"})
    batch = [make(0), make(1), make(2, data=b'"' + b"x" * 3000 + b'"'), make(3)]
    with pytest.raises(PermanentError, match="too large") as caught:
        await sink.publish(batch)
    assert caught.value.delivered == 2
    await sink.publish(batch[3:])
    await sink.aclose()
    ids = [orjson.loads(record.value())["id"] for record in cluster.records("large")]
    assert sorted(ids) == ["id-0", "id-1", "id-3"]


async def test_a_cluster_that_is_away_is_transient(opened: Open, make: Make) -> None:
    """Within the timeout, and the reason has what the system says."""
    sink = opened(brokers=[f"127.0.0.1:{free_port()}"], timeout=1)
    with pytest.raises(TransientError, match=r"Connection refused|brokers down") as caught:
        await sink.publish([make(0), make(1)])
    assert caught.value.delivered == 0
    await sink.aclose()


async def test_a_cluster_that_is_away_does_not_fill_the_log(
    opened: Open, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """Its absence is said once a minute, by whichever producer, though librdkafka looks for it all the time."""
    sink = opened(brokers=[f"127.0.0.1:{free_port()}"], timeout=1)
    for _ in range(2):
        with pytest.raises(TransientError):
            await sink.publish([make(0)])
    await sink.aclose()
    assert ["Connection refused" in each.getMessage() for each in caplog.records] == [True]


async def test_a_cluster_that_hangs_is_transient(opened: Open, cluster: Cluster, make: Make) -> None:
    """Within the timeout; when it goes on, what is published again is there, in its order."""
    sink = opened(topic="hangs", timeout=2)
    await sink.publish([make(0, partitionkey="one")])
    batch = [make(number, partitionkey="one") for number in range(1, 20)]
    cluster.pause()
    try:
        with pytest.raises(TransientError, match="does not take messages") as caught:
            await sink.publish(batch)
    finally:
        cluster.resume()
    assert caught.value.delivered == 0
    await sink.publish(batch)
    await sink.aclose()
    ids = [orjson.loads(record.value())["id"] for record in cluster.records("hangs")]
    assert list(dict.fromkeys(ids)) == [f"id-{number}" for number in range(20)]


async def test_no_more_are_under_way_than_the_window_says(opened: Open, cluster: Cluster, make: Make) -> None:
    """What is sent and not acknowledged is what a kill repeats: here of what a cluster gets that hangs."""
    sink = opened(topic="window", timeout=2, window=3)
    await sink.publish([make(0, partitionkey="one")])
    cluster.pause()
    try:
        with pytest.raises(TransientError):
            await sink.publish([make(number, partitionkey="one") for number in range(1, 20)])
    finally:
        cluster.resume()
    await sink.aclose()
    assert len(cluster.records("window")) <= 1 + 3


async def test_each_is_told_by_its_place_in_the_batch(opened: Open, cluster: Cluster, make: Make) -> None:
    """Also with a window; and so is the one that the cluster refuses."""
    sink, told = opened(topic="told", window=3), list[int]()
    messages = [make(number, partitionkey="one") for number in range(10)]
    messages[7] = make(7, data=b'"%s"' % (b"x" * 2_000_000))
    with pytest.raises(PermanentError) as caught:
        await sink.tell(messages, told.append)
    await sink.aclose()
    assert (told, caught.value.delivered, len(cluster.records("told"))) == ([*range(7)], 7, 7)


async def test_what_was_given_up_is_sent_no_further(opened: Open, cluster: Cluster, make: Make) -> None:
    """It is what comes again: once a route is cancelled, no more of its batch goes out than was under way."""
    sink, told = opened(topic="given-up", window=1), list[int]()
    publishing = asyncio.ensure_future(
        sink.tell([make(number, partitionkey="one") for number in range(500)], told.append)
    )
    await eventually(lambda: told)
    publishing.cancel()
    await asyncio.gather(publishing, return_exceptions=True)
    await sink.publish([make(999, partitionkey="one")])
    await sink.aclose()
    assert 0 < len(told) < 500
    assert len(cluster.records("given-up")) == len(told) + 1


async def test_what_was_given_up_does_not_hold_up_the_close(opened: Open, make: Make) -> None:
    """A route that is cancelled waits for nothing, though the message's own timeout is far away."""
    sink = opened(brokers=[f"127.0.0.1:{free_port()}"], timeout=60)
    publishing = asyncio.ensure_future(sink.publish([make(0)]))
    await asyncio.sleep(0.05)
    publishing.cancel()
    async with asyncio.timeout(10):
        await sink.aclose()
    assert publishing.cancelled()


async def test_what_was_given_back_is_never_sent(cluster: Cluster) -> None:
    """Whoever has it back sends it again, or not: a cluster that answers later hears only of that."""
    config, stop = {"bootstrap.servers": ",".join(cluster.brokers)}, Event()
    first, second = KafkaProducer(config, 60), KafkaProducer(config, 60)
    cluster.pause()
    try:
        sending = asyncio.create_task(asyncio.to_thread(first.send, [Record("given-back", b"1", None, {})], stop))
        stop.set()
        with pytest.raises(TransientError):
            await asyncio.wait_for(sending, 30)
    finally:
        cluster.resume()
    second.send([Record("given-back", b"2", None, {})], Event())
    assert [record.value() for record in cluster.records("given-back")] == [b"2"]
    for producer in (first, second):
        producer.close()


async def test_a_full_queue_is_transient(opened: Open, cluster: Cluster, make: Make) -> None:
    """What fitted in is delivered and counted."""
    sink = opened(topic="full", properties={"queue.buffering.max.messages": "5"})
    with pytest.raises(TransientError, match="queue is full") as caught:
        await sink.publish([make(number) for number in range(50)])
    await sink.aclose()
    assert caught.value.delivered >= 5
    assert len(cluster.records("full")) == caught.value.delivered


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"topic": "cicd.{typ}"}, "did you mean 'type'"),
        ({"topic": "cicd {type}"}, "a topic of letters"),
        ({"topic": "cicd.{type"}, "a placeholder is written {type}"),
        ({"brokers": []}, "at least 1"),
        ({"properties": {"acks": "1"}}, "the sink's own"),
        ({"properties": {"enable.gapless.guarantee": "true"}}, "the sink's own"),
        ({"timeout": 0}, "greater than"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], problem: str) -> None:
    """When the configuration is read, with what to write instead."""
    with pytest.raises(ValidationError, match=problem):
        KafkaSettings.model_validate({"type": "kafka", "brokers": ["kafka:9092"], "topic": "cicd"} | settings)


def test_what_only_librdkafka_knows_is_a_problem_of_the_configuration(opened: Open) -> None:
    """A property that it does not have, or a file that is not there, is told when the sink is made."""
    with pytest.raises(ConfigError, match=r"no\.such\.property"):
        opened(properties={"no.such.property": "1"})
    with pytest.raises(ConfigError, match=r"ssl\.ca\.location"):
        opened(tls={"ca": "missing.pem"})

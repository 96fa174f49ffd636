"""The RabbitMQ sink, against a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Format, Place
from adapters.sinks import SINKS
from adapters.sinks.broker_settings import RabbitmqSettings
from tests import brokers
from tests.brokers import Server
from tests.certificates import identity
from tests.service import free_port
from tests.sinks.conftest import Make

aio_pika = pytest.importorskip("aio_pika", reason="needs the extra rabbitmq")

from cloudevents.core.bindings import rabbitmq as binding  # noqa: E402 - after the check for the extra
from cloudevents.core.formats.json import JSONFormat  # noqa: E402 - the same

from adapters.sinks.rabbitmq import RabbitmqSink  # noqa: E402 - the same


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all, for it takes seconds to start."""
    with brokers.running(brokers.rabbitmq(tmp_path_factory.mktemp("rabbitmq"))) as broker:
        yield broker


@pytest.fixture
async def channel(broker: Server) -> AsyncIterator[Any]:
    """A channel of another client, which has bound an exchange `cicd` to a queue `all` that is empty."""
    connection = await aio_pika.connect(f"amqp://guest:guest@{broker.address}/")
    channel = await connection.channel()
    exchange = await channel.declare_exchange("cicd", "topic", durable=True)
    queue = await channel.declare_queue("all", durable=True)
    await queue.bind(exchange, "cicd.#")
    await queue.purge()
    yield channel
    await connection.close()


Open = Callable[..., RabbitmqSink]


@pytest.fixture
async def opened(broker: Server) -> AsyncIterator[Open]:
    """What makes a sink for the broker, unless told other settings; closed at the end."""
    sinks = []

    def opened(**settings: Any) -> RabbitmqSink:
        given = {"type": "rabbitmq", "host": "127.0.0.1", "port": broker.port, "exchange": "cicd", "timeout": 10}
        routing = {"routing_key": "cicd.{format}.{type}"}
        sinks.append(SINKS["rabbitmq"].build(RabbitmqSettings.model_validate(given | routing | settings)))
        assert isinstance(sinks[-1], RabbitmqSink)
        return sinks[-1]

    yield opened
    for sink in sinks:
        await sink.aclose()


async def queued(channel: Any, count: int, name: str = "all") -> list[Any]:
    """All messages of a queue, of which there must be so many."""
    queue = await channel.get_queue(name)
    messages = [await queue.get(no_ack=True) for _ in range(count)]
    assert await queue.get(no_ack=True, fail=False) is None
    return messages


def event(message: Any) -> Any:
    """What a consumer with the CloudEvents SDK makes of a message."""
    laid = binding.RabbitMQMessage(headers=message.headers, content_type=message.content_type, body=message.body)
    return binding.from_rabbitmq(laid, JSONFormat())


@pytest.mark.parametrize("encoding", [Encoding.BINARY, Encoding.STRUCTURED])
async def test_a_consumer_with_the_sdk_reads_the_event(
    opened: Open, channel: Any, make: Make, encoding: Encoding
) -> None:
    """In both content modes; the message is persistent and has the event's id."""
    sink = opened()
    await sink.publish([make(1, encoding=encoding, subject="a b/\u00e9%", partitionkey="chain")])
    [message] = await queued(channel, 1)
    read = event(message)
    assert (read.get_id(), read.get_subject(), read.get_data()) == ("id-1", "a b/\u00e9%", {"a": 1})
    assert (message.message_id, message.delivery_mode) == ("id-1", aio_pika.DeliveryMode.PERSISTENT)
    assert message.routing_key == "cicd.legacy.legacy.jenkins.notification"


async def test_binary_mode_is_what_the_sdk_writes(opened: Open, channel: Any, make: Make) -> None:
    """The same headers and content type."""
    sink = opened()
    await sink.publish([make(1, encoding=Encoding.BINARY)])
    [message] = await queued(channel, 1)
    expected = binding.to_binary_event(event(message), JSONFormat())
    assert (message.headers, message.content_type) == (expected.headers, expected.content_type)


async def test_a_bare_message_keeps_its_bytes(opened: Open, channel: Any, make: Make) -> None:
    """With its own content type, and headers that name it and its CDEvents."""
    sink = opened()
    await sink.publish([make(1, encoding=Encoding.RAW, data=b"<x/>", datacontenttype="text/xml", cdeventids="a,b")])
    [message] = await queued(channel, 1)
    assert (message.body, message.content_type) == (b"<x/>", "text/xml")
    assert message.headers == {"legacy-id": "id-1", "cdevents-ids": "a,b"}


async def test_a_mapped_message_says_its_routing_key_and_headers(opened: Open, channel: Any, make: Make) -> None:
    """Its id is the message's, and the body is bare."""
    sink = opened(routing_key="{topic}")
    place = Place("cicd.run.over.team/a", headers={"x-team": "red"})
    await sink.publish([make(1, encoding=Encoding.RAW)._replace(format=Format.MAPPED, place=place)])
    [message] = await queued(channel, 1)
    assert (message.routing_key, message.message_id) == ("cicd.run.over.team/a", "id-1")
    assert (message.headers, message.body) == ({"x-team": "red"}, b'{"a": 1}')


async def test_batches_keep_their_order(opened: Open, channel: Any, make: Make) -> None:
    """Within one, whose messages are all under way at once, and from one to the next."""
    sink = opened()
    for batch in range(3):
        await sink.publish([make(number) for number in range(batch * 100, batch * 100 + 100)])
    messages = await queued(channel, 300)
    assert [orjson.loads(message.body)["id"] for message in messages] == [f"id-{number}" for number in range(300)]


async def test_the_default_exchange_names_a_queue(opened: Open, channel: Any, make: Make) -> None:
    """By the routing key."""
    sink = opened(exchange="", routing_key="all")
    await sink.publish([make(1)])
    assert len(await queued(channel, 1)) == 1


async def test_what_no_queue_is_bound_for_is_permanent(opened: Open, channel: Any, make: Make) -> None:
    """It would be gone; the reason names the routing key."""
    sink = opened(routing_key="{subject}.x")
    with pytest.raises(PermanentError, match=r"no queue is bound to the exchange 'cicd' for .* 'other\.x'") as caught:
        await sink.publish([make(0, subject="cicd"), make(1, subject="other"), make(2, subject="cicd")])
    assert caught.value.delivered == 1
    assert [message.message_id for message in await queued(channel, 2)] == ["id-0", "id-2"]


async def test_an_exchange_that_is_not_there_is_permanent(opened: Open, channel: Any, make: Make) -> None:
    """Only for the message that is sent to it; the sink goes on."""
    sink = opened(exchange="{subject}")
    batch = [make(number, subject="nowhere" if number == 3 else "cicd") for number in range(6)]
    with pytest.raises(PermanentError, match="no exchange 'nowhere'") as caught:
        await sink.publish(batch)
    assert caught.value.delivered == 3
    await sink.publish(batch[4:])
    ids = {message.message_id for message in await _all(channel)}
    assert ids == {"id-0", "id-1", "id-2", "id-4", "id-5"}


async def _all(channel: Any, name: str = "all") -> list[Any]:
    queue, found = await channel.get_queue(name), []
    while (message := await queue.get(no_ack=True, fail=False)) is not None:
        found.append(message)
    return found


async def test_a_routing_key_that_is_too_long_is_permanent(opened: Open, channel: Any, make: Make) -> None:
    """It cannot even be written down."""
    sink = opened(routing_key="cicd.{subject}")
    with pytest.raises(PermanentError, match="at most 255 bytes") as caught:
        await sink.publish([make(0, subject="a"), make(1, subject="\u00e9" * 200)])
    assert caught.value.delivered == 1
    await queued(channel, 1)


async def test_a_queue_that_takes_no_more_is_transient(opened: Open, channel: Any, make: Make) -> None:
    """A broker that says no for now is asked again."""
    arguments = {"x-max-length": 2, "x-overflow": "reject-publish"}
    queue = await channel.declare_queue("small", durable=True, arguments=arguments)
    await queue.purge()
    sink = opened(exchange="", routing_key="small")
    with pytest.raises(TransientError, match="does not take messages"):
        await sink.publish([make(number) for number in range(20)])
    await queue.purge()
    await sink.publish([make(20)])
    await queue.delete(if_empty=False)


async def test_a_connection_that_the_broker_closes_is_made_anew(opened: Open, channel: Any, make: Make) -> None:
    """The batch after it goes over a new one."""
    sink = opened()
    await sink.publish([make(0)])
    assert sink._connection is not None
    await sink._connection.close()
    await sink.publish([make(1)])
    await queued(channel, 2)


async def test_a_silent_broker_is_transient(opened: Open, channel: Any, broker: Server, make: Make) -> None:
    """No confirmation within the timeout; when it goes on, so does the sink."""
    sink = opened(timeout=1)
    await sink.publish([make(0)])
    broker.pause()
    try:
        with pytest.raises(TransientError, match=r"no answer within 1 s"):
            await sink.publish([make(1)])
    finally:
        broker.resume()
    await sink.publish([make(2)])
    assert {"id-0", "id-2"} <= {message.message_id for message in await _all(channel)}


async def test_no_more_are_under_way_than_the_window_says(
    opened: Open, channel: Any, broker: Server, make: Make
) -> None:
    """What is sent and not confirmed is what a kill repeats: here of what a broker gets that hangs."""
    place = {"exchange": "", "routing_key": "window", "declare": True, "window": 3}
    sink = opened(**place, timeout=2)
    await sink.publish([make(0)])
    broker.pause()
    try:
        with pytest.raises(TransientError, match=r"no answer within 2 s"):
            await sink.publish([make(number) for number in range(1, 20)])
    finally:
        broker.resume()
    await opened(**place).publish([make(20)])
    ids = {message.message_id for message in await _all(channel, "window")}
    assert {"id-0", "id-20"} <= ids
    assert len(ids) <= 2 + 3


async def test_behind_a_refusal_no_more_is_sent_than_the_window_says(opened: Open, channel: Any, make: Make) -> None:
    """What is behind it is sent again in any case."""
    sink = opened(routing_key="{subject}", window=2)
    subjects = ["cicd.a", "nowhere", *["cicd.b"] * 8]
    with pytest.raises(PermanentError, match="no queue is bound") as caught:
        await sink.publish([make(number, subject=subject) for number, subject in enumerate(subjects)])
    assert caught.value.delivered == 1
    assert len(await _all(channel)) <= 2


async def test_all_are_confirmed_with_a_window(opened: Open, channel: Any, make: Make) -> None:
    """Each goes once there is room, in order, and is told of."""
    sink, told = opened(window=3), list[int]()
    await sink.tell([make(number) for number in range(10)], told.append)
    assert told == [*range(10)]
    assert [message.message_id for message in await queued(channel, 10)] == [f"id-{number}" for number in range(10)]


async def test_a_wrong_password_is_transient(opened: Open, make: Make) -> None:
    """Somebody may renew it; it is in no reason."""
    sink = opened(auth={"username": "guest", "password": "wr0ng"})
    with pytest.raises(TransientError, match=r"RabbitMQ at 127\.0\.0\.1 cannot be used") as caught:
        await sink.publish([make(0)])
    assert "wr0ng" not in str(caught.value)


async def test_a_broker_that_is_away_is_transient(opened: Open, make: Make) -> None:
    """The reason is the system's."""
    sink = opened(port=free_port())
    with pytest.raises(TransientError, match=r"Connect call failed|Connection refused"):
        await sink.publish([make(0)])


@pytest.mark.slow
async def test_tls(tmp_path: Path, make: Make) -> None:
    """A broker that can be trusted is reached; one that cannot be is told in words of TLS."""
    own, port = identity(tmp_path, "server"), free_port()
    files = f"ssl_options.certfile = {own.certificate}\nssl_options.keyfile = {own.key}\n"
    config = f"listeners.ssl.1 = 127.0.0.1:{port}\n{files}ssl_options.verify = verify_none\n"
    with brokers.running(brokers.rabbitmq(tmp_path, config)):
        given = {"type": "rabbitmq", "host": "127.0.0.1", "port": port, "exchange": "", "routing_key": "nowhere"}
        sink = RabbitmqSink(RabbitmqSettings.model_validate(given | {"tls": {"ca": own.certificate}}))
        with pytest.raises(PermanentError, match="no queue is bound"):
            await sink.publish([make(0)])
        await sink.aclose()
        stranger = RabbitmqSink(RabbitmqSettings.model_validate(given | {"tls": {}}))
        with pytest.raises(TransientError, match="certificate verify failed"):
            await stranger.publish([make(0)])
        await stranger.aclose()


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"exchange": "{formt}"}, "did you mean 'format'"),
        ({"routing_key": "{typ}"}, "did you mean 'type'"),
        ({"routing_key": "a" * 256}, "at most 255"),
        ({"host": ""}, "at least 1"),
        ({"port": 70000}, "less than 65536"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any], problem: str) -> None:
    """When the configuration is read."""
    with pytest.raises(ValidationError, match=problem):
        RabbitmqSettings.model_validate({"type": "rabbitmq", "host": "rabbitmq", "exchange": "cicd"} | settings)


async def test_what_is_published_to_is_made_where_that_is_asked_for(opened: Open, channel: Any, make: Make) -> None:
    """The exchange, and durable queues for what nobody consumes yet; a second sink finds them as they are."""
    queues = [{"queue": "made-all"}, {"queue": "made-none", "routing_key": "other"}]
    for number in range(2):
        sink = opened(exchange="made", declare=True, queues=queues)
        await sink.publish([make(number)])
    assert len(await queued(channel, 2, "made-all")) == 2
    assert await queued(channel, 0, "made-none") == []
    exchange = await channel.declare_exchange("made", "topic", durable=True)  # would fail for another
    await exchange.publish(aio_pika.Message(b""), "other")


async def test_queues_that_routing_keys_name_are_made(opened: Open, channel: Any, make: Make) -> None:
    """Of the exchange without a name, each when it is needed first."""
    sink = opened(exchange="", routing_key="made-{format}", declare=True)
    await sink.publish([make(1), make(2)])
    assert len(await queued(channel, 2, "made-legacy")) == 2


async def test_an_exchange_that_is_another_is_not_touched(opened: Open, channel: Any, make: Make) -> None:
    """What to mend is told, and the messages wait; it goes on by itself."""
    await channel.declare_exchange("made-fanout", "fanout", durable=True)
    sink = opened(exchange="made-fanout", declare=True, queues=[{"queue": "made-late"}])
    with pytest.raises(TransientError, match=r"does not make the exchange 'made-fanout'.*inequivalent arg 'type'"):
        await sink.publish([make(1)])
    await channel.exchange_delete("made-fanout")
    await sink.publish([make(1)])
    assert len(await queued(channel, 1, "made-late")) == 1


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"exchange": "x", "queues": [{"queue": "q"}]}, "'queues' are made by 'declare: true'"),
        ({"exchange": "", "declare": True, "queues": [{"queue": "q"}]}, "names them by the routing key"),
    ],
)
def test_queues_without_a_way_to_them_are_refused(settings: dict[str, Any], problem: str) -> None:
    """Nobody would bind them."""
    with pytest.raises(ValidationError, match=problem):
        RabbitmqSettings.model_validate({"type": "rabbitmq", "host": "h", **settings})


@pytest.mark.usefixtures("channel")
async def test_it_says_how_far_it_is(opened: Open, make: Make) -> None:
    """Of each message of a batch, in order."""
    told: list[int] = []
    await opened().tell([make(number) for number in range(100)], told.append)
    assert told == [*range(100)]

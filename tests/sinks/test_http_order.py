"""The HTTP sink, of which each key is in order whatever a server answers."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.errors import TransientError
from adapters.metrics import Metrics
from adapters.model import Encoding, Format, Message
from adapters.route.delivery import Delivery
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from tests.sinks.slow import Slow

KEYS = st.lists(st.sampled_from("ABCD"), min_size=1, max_size=16)


async def test_what_was_never_sent_is_not_refused_for_another() -> None:
    """The second of a key was not sent yet when another key's was refused for ever, and a third one's for now."""
    async with Slow(failing={2: 422, 3: 503}).listening() as slow:
        sink = _sink(slow, connections=1)
        with pytest.raises(TransientError, match="answered 503") as caught:
            await sink.publish(_messages("AABC"))
        await sink.aclose()
    assert (caught.value.delivered, {*caught.value.beyond}, slow.taken) == (1, {2}, [0])


@settings(max_examples=25, deadline=None)
@given(keys=KEYS, connections=st.integers(1, 6), data=st.data())
def test_whatever_is_answered_each_key_is_in_order(keys: list[str], connections: int, data: st.DataObject) -> None:
    """Each message is taken once, or refused for what was said of itself; those of a key one after the other."""
    numbers = range(len(keys))
    failing = {number: 422 for number in numbers if data.draw(st.booleans())}
    first = {number: data.draw(st.lists(st.sampled_from([401, 429, 503]), max_size=2)) for number in numbers}
    slow, refused = asyncio.run(_delivered(keys, Slow(failing=failing, first=first, pause=0), connections))
    assert (slow.crowded, {*refused}) == (set(), {*failing})
    assert all("answered 422" in reason for reason in refused.values())
    for key in set(keys):
        taken = [number for number in slow.taken if keys[number] == key]
        assert taken == [number for number in numbers if keys[number] == key and number not in failing]


async def _delivered(keys: list[str], server: Slow, connections: int) -> tuple[Slow, dict[int, str]]:
    async with server.listening() as slow:
        sink = _sink(slow, connections)
        refused = await Delivery("r", sink, Metrics(), sleep=_at_once).deliver(_messages(keys))
        await sink.aclose()
    return slow, refused


def _sink(slow: Slow, connections: int) -> HttpSink:
    return HttpSink(HttpSettings.model_validate({"type": "http", "url": slow.url, "connections": connections}))


def _messages(keys: str | list[str]) -> list[Message]:
    return [_message(number, key) for number, key in enumerate(keys)]


def _message(number: int, key: str) -> Message:
    attributes = {"specversion": "1.0", "id": f"id-{number}", "datacontenttype": "application/json"}
    return Message(Format.LEGACY, Encoding.STRUCTURED, attributes | {"partitionkey": key}, b"{}")


async def _at_once(_: float) -> None:
    pass

"""A tool's own words that one adapter publishes and another translates: nothing is lost between the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache

import orjson
import pytest
from pydantic import ValidationError

from adapters.cdevents.cloudevents import batch, binary_headers
from adapters.mapping import load
from adapters.mapping.translator import Translator
from adapters.model import JOINED, Encoding, Format, Message, Notification, Record
from adapters.route import Origin, by_words, renderer
from adapters.sinks.binding import parts
from adapters.sources.broker.consuming import Delivery, lowered
from adapters.sources.broker.kafka import KafkaSettings
from adapters.sources.broker.relayed import Relayed, relayed
from tests.checkout import ROOT
from tests.service import build
from tests.sources.broker.support import INSTANCE

HEARD = datetime(2026, 5, 4, 3, 2, 1, 987654, UTC)
Wire = Callable[[Message], Delivery]


def said(mapping: str) -> Iterator[Notification]:
    """The examples of a mapping, with the headers that it reads."""
    for example in sorted((ROOT / "mappings" / mapping / "inputs").iterdir()):
        head, _, body = example.read_bytes().rpartition(b"\n\n" if example.suffix == ".http" else b"\0")
        named = (line.partition(": ")[::2] for line in head.decode().splitlines()[1:])
        yield Notification("tool", body, HEARD, {"content-type": "application/json", **lowered(named)})


@cache
def translator(mapping: str) -> Translator:
    """A shipped mapping."""
    return load(mapping, instance=INSTANCE, variables={})


def published(heard: Notification, mapping: str, format_: Format, encoding: Encoding) -> list[Message]:
    """What a route makes of it; a legacy one for another adapter."""
    origin = Origin(INSTANCE, translator(mapping))
    legacy = format_ is Format.LEGACY
    render = renderer(lambda _: origin, format_=format_, encoding=encoding, relay=legacy)
    return [*render(Record(1, heard)).messages]


def on_the_wire(prefix: str) -> Wire:
    """A binding with attributes as headers."""

    def wire(message: Message) -> Delivery:
        laid = parts(message, prefix)
        return Delivery(laid.body, lowered({**laid.headers, "content-type": laid.content_type}.items()))

    return wire


def over_nats(message: Message) -> Delivery:
    """A binding that percent-encodes, and has the data's type among the attributes."""
    headers = binary_headers(message)
    headers["ce-datacontenttype"] = headers.pop("content-type")
    return Delivery(message.data, lowered(headers.items()))


def heard_of(delivery: Delivery) -> list[Notification]:
    """What another adapter hears of it."""
    found = relayed(delivery.headers, delivery.body)
    return [Notification("tool", each.body, each.heard_at or HEARD, each.headers) for each in found]


@pytest.mark.parametrize("mapping", ["bitbucket/cloud", "jenkins/notification", "gerrit/events"])
@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        (Encoding.BINARY, on_the_wire("ce_")),
        (Encoding.BINARY, over_nats),
        (Encoding.STRUCTURED, on_the_wire("ce-")),
    ],
)
def test_both_halves_make_what_one_makes(mapping: str, encoding: Encoding, wire: Wire) -> None:
    """The same CDEvents to the byte, with the id of the same legacy event, in whichever mode and binding."""
    for heard in said(mapping):
        [legacy] = published(heard, mapping, Format.LEGACY, encoding)
        [again] = heard_of(wire(legacy))
        assert published(again, mapping, Format.CDEVENTS, Encoding.BINARY) == published(
            heard, mapping, Format.CDEVENTS, Encoding.BINARY
        )


def test_what_the_first_half_knew_the_second_knows() -> None:
    """What its memory of other tools added goes along, as do the very bytes of words that are no JSON."""
    heard = Notification("tool", b"\xff\n%7B", HEARD, {JOINED: '{"a":"%7B \xe9"}', "content-type": "a/b"})
    for wire in (on_the_wire("ce_"), over_nats):
        [legacy] = published(heard, "jenkins/notification", Format.LEGACY, Encoding.BINARY)
        [again] = heard_of(wire(legacy))
        assert (again.body, again.headers[JOINED], again.headers["content-type"]) == (
            heard.body,
            heard.headers[JOINED],
            "a/b",
        )


def test_a_batch_and_bare_words_are_heard_too() -> None:
    """Each of a batch; bare ones by the header that names their legacy event."""
    several = [*said("jenkins/notification")][:3]
    legacy = [published(each, "jenkins/notification", Format.LEGACY, Encoding.RAW)[0] for each in several]
    of_batch = [*relayed({"content-type": "application/cloudevents-batch+json"}, batch(legacy))]
    assert [orjson.loads(each.body) for each in of_batch] == [orjson.loads(each.body) for each in several]
    [bare] = heard_of(on_the_wire("ce_")(legacy[0]))
    assert (bare.body, bare.headers["x-relayed"]) == (several[0].body, legacy[0].attributes["id"])


def test_nothing_else_is_taken_for_a_tools_words() -> None:
    """Neither CDEvents nor what others put there, in any mode."""
    [heard, *_] = said("jenkins/notification")
    others = published(heard, "jenkins/notification", Format.CDEVENTS, Encoding.BINARY)
    others += published(heard, "jenkins/notification", Format.CDEVENTS, Encoding.STRUCTURED)
    assert others
    assert [each for other in others for each in heard_of(on_the_wire("ce_")(other))] == []
    assert heard_of(Delivery(heard.body, heard.headers)) == []
    broken = {"ce-adapter": "cdevents-adapters", "ce-type": "legacy.x", "ce-toolheaders": "{", "ce-time": "soon"}
    assert [*relayed(broken, b"x")] == [Relayed(b"x", {}, None)]


@pytest.mark.parametrize(
    ("told", "heard_at"),
    [
        ("2026-05-04T05:02:01.987654+02:00", HEARD),
        ("2026-05-04T03:02:01.987654", None),
        ("0001-01-01T00:00:00+02:00", None),
        ("9999-12-31T23:59:59-02:00", None),
    ],
)
def test_when_words_were_heard_is_told_as_the_journal_has_it(told: str, heard_at: datetime | None) -> None:
    """In UTC: read from memory or from the file, they are the same. What UTC has no year for is none."""
    of_legacy = {"ce-adapter": "cdevents-adapters", "ce-type": "legacy.x", "ce-time": told}
    [words] = relayed(of_legacy, b"x")
    assert words.heard_at == heard_at
    assert words.heard_at is None or words.heard_at.tzinfo is UTC


def test_words_are_keyed_by_the_run() -> None:
    """All that is said of one run; what no event comes of, by its tool."""
    started = build(7).replace(b"FINALIZED", b"STARTED").replace(b"SUCCESS", b"")
    told = [Notification("tool", body, HEARD) for body in (started, build(7), build(8), b"{}")]
    legacy = [published(each, "jenkins/notification", Format.LEGACY, Encoding.BINARY)[0] for each in told]
    run, other = f"{INSTANCE}|job/load/7/", f"{INSTANCE}|job/load/8/"
    assert [each.attributes["partitionkey"] for each in legacy] == [run, run, other, INSTANCE]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"build":{"full_url":"https://ci/job/a/1/"}}', "https://ci/job/a/1/"),
        (b'{"build":{"full_url":7}}', "7"),
        (b'{"build":{}}', INSTANCE),
        (b"run=7", INSTANCE),
    ],
)
def test_a_route_may_name_the_key(body: bytes, key: str) -> None:
    """By the tool's words; those that have it not are keyed by their tool."""
    render = renderer(lambda _: Origin(INSTANCE), format_=Format.LEGACY, key=by_words("${build.full_url}"))
    [message] = render(Record(1, Notification("tool", body, HEARD))).messages
    assert message.attributes["partitionkey"] == key


def test_a_source_hears_either_words_or_cdevents() -> None:
    """Both at once is a mistake that is told."""
    with pytest.raises(ValidationError, match="'relayed' is for a tool's own words"):
        KafkaSettings.model_validate(
            {"type": "kafka", "brokers": ["k:9092"], "topics": ["a"], "cdevents": True, "relayed": True}
        )

"""From a notification's bytes to published CDEvents: the mapping engine beside a function written by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

import orjson

from adapters.cdevents.cloudevents import cdevents_message, structured
from adapters.cdevents.document import document
from adapters.cdevents.ids import legacy_id
from adapters.cdevents.validation import problems
from adapters.mapping import load
from adapters.model import Encoding, Notification, Spec
from bench import by_hand
from bench.table import Row

INSTANCE = "https://jenkins.example.com/"
BODY = orjson.dumps(orjson.loads(Path(__file__).with_name("notification.json").read_bytes()))
ROUNDS, REPEATS = 15, 1000


def rows() -> Iterator[Row]:
    """Microseconds for one record of two events and 30 fields; raises RuntimeError if the two ways differ."""
    translator = load("jenkins/notification", instance=INSTANCE, variables={})
    notification = Notification("jenkins", BODY, datetime(2026, 1, 1, tzinfo=UTC))
    events = translator.translate(notification).events
    documents = [document(event, Spec.V0_5_1) for event in events]

    def encode() -> list[bytes]:
        extensions = {"legacyid": legacy_id(INSTANCE, "", BODY)}
        return [structured(cdevents_message(each, Encoding.STRUCTURED, extensions)) for each in documents]

    def whole() -> list[bytes]:
        extensions = {"legacyid": legacy_id(INSTANCE, "", BODY)}
        made = [document(event, Spec.V0_5_1) for event in translator.translate(notification).events]
        if any(problems(each, Spec.V0_5_1) for each in made):
            raise RuntimeError("an event is not valid")
        return [structured(cdevents_message(each, Encoding.STRUCTURED, extensions)) for each in made]

    def hand() -> list[bytes]:
        return by_hand.published(BODY, INSTANCE)

    if [*map(orjson.loads, whole())] != [*map(orjson.loads, hand())]:
        raise RuntimeError("the mapping and the function by hand make different events")
    yield _row(f"translation: decode {len(BODY)} bytes", lambda: translator.decode(BODY))
    yield _row(
        "translation: decode and translate",
        lambda: [document(e, Spec.V0_5_1) for e in translator.translate(notification).events],
    )
    yield _row("translation: validate two events", lambda: [problems(each, Spec.V0_5_1) for each in documents])
    yield _row("translation: encode two events", encode)
    yield _row("translation: the whole of it, beside a function by hand", whole, hand, at_most=1)


def _row(
    what: str, work: Callable[[], object], baseline: Callable[[], object] | None = None, at_most: float | None = None
) -> Row:
    rounds = [(_micros(work), _micros(baseline) if baseline else None) for _ in range(ROUNDS)]
    figures, baselines = zip(*rounds, strict=True)
    return Row(what, median(figures), "us", median(baselines) if baseline else None, at_most=at_most)


def _micros(work: Callable[[], object]) -> float:
    start = perf_counter()
    for _ in range(REPEATS):
        work()
    return (perf_counter() - start) / REPEATS * 1e6

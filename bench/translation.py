"""From a notification's bytes to published CDEvents: the mapping engine beside a function written by hand.

Each notification is of another run, so that nothing is remembered of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time

import orjson

from adapters.cdevents.cloudevents import structured
from adapters.cdevents.document import document
from adapters.cdevents.ids import legacy_id
from adapters.cdevents.validation import problems
from adapters.mapping import load
from adapters.model import Format, Notification, Record, Spec
from adapters.route import Origin, renderer
from bench.by_hand import Settings, published
from bench.table import Row

INSTANCE = "https://jenkins.example.com/"
BODY = orjson.dumps(orjson.loads(Path(__file__).with_name("notification.json").read_bytes()))
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROUNDS, REPEATS = 15, 1000

Work = Callable[[Record], object]


def rows() -> Iterator[Row]:
    """Microseconds of processor time for a record of two events and 30 fields; RuntimeError if the two ways differ."""
    translator, settings = load("jenkins/notification", instance=INSTANCE, variables={}), Settings(INSTANCE)
    origin = Origin(INSTANCE, translator)
    render = renderer(lambda _: origin, format_=Format.CDEVENTS)
    documents = [document(event, Spec.V0_5_1) for event in translator.translate(_record(1).notification).events]

    def whole(record: Record) -> list[bytes]:
        return [structured(message) for message in render(record).messages]

    def hand(record: Record) -> list[bytes]:
        return published(record.notification.body, settings, NOW)

    if whole(_record(1)) != hand(_record(1)):
        raise RuntimeError("the mapping and the function by hand make different events")
    yield _row(f"translation: decode {len(BODY)} bytes", lambda record: translator.decode(record.notification.body))
    yield _row("translation: decode and translate", lambda record: translator.translate(record.notification))
    yield _row("translation: validate two events", lambda _: [problems(each, Spec.V0_5_1) for each in documents])
    yield _row("translation: the notification's own id", lambda r: legacy_id(INSTANCE, "", r.notification.body))
    yield _row("translation: the whole of it, beside a function by hand", whole, hand, at_most=1)


def _record(number: int) -> Record:
    """The end of a run of that number."""
    body = BODY.replace(b"/128/", b"/%d/" % number).replace(b":128,", b":%d," % number)
    return Record(number, Notification("jenkins", body, NOW))


def _row(what: str, work: Work, baseline: Work | None = None, at_most: float | None = None) -> Row:
    rounds = [_round(number, work, baseline) for number in range(ROUNDS)]
    figures, baselines = zip(*rounds, strict=True)
    return Row(what, median(figures), "us", median(baselines) if baseline else None, at_most=at_most)


def _round(number: int, work: Work, baseline: Work | None) -> tuple[float, float]:
    records = [_record(number * REPEATS + each) for each in range(REPEATS)]
    return _micros(work, records), _micros(baseline, records) if baseline else 0.0


def _micros(work: Work, records: Sequence[Record]) -> float:
    start = process_time()
    for record in records:
        work(record)
    return (process_time() - start) / len(records) * 1e6

"""Acknowledgements a second of a webhook that answers when the notification is on disk, at 32 connections."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from bench.load import Load, post
from bench.service import started
from bench.table import Row
from bench.translation import BODY
from tests.service import ADAPTERS

ROUNDS, WARM_UP, SECONDS = 3, 1.0, 4.0
FORGETFUL = ("-m", "bench.forgetful")


def rows() -> Iterator[Row]:
    """Rates and latencies, beside the same server when it stores nothing, and while two routes publish to files."""
    loads = [(_load(), _load(program=FORGETFUL), _load(routes=True)) for _ in range(ROUNDS)]
    durable, forgetful, busy = zip(*loads, strict=True)
    yield Row(
        "webhook: acknowledgements, beside the same not stored", _rate(durable), "/s", _rate(forgetful), at_least=0.5
    )
    yield Row("webhook: acknowledgement, p50, beside the same", _latency(durable, 50), "ms", _latency(forgetful, 50))
    yield Row("webhook: acknowledgement, p99", _latency(durable, 99), "ms", at_most=50)
    name = "webhook: acknowledgements while both routes publish, beside those while none does"
    yield Row(name, _rate(busy), "/s", _rate(durable), at_least=0.6)
    yield Row("webhook: acknowledgement, p99, while both routes publish", _latency(busy, 99), "ms", at_most=50)


def _load(*, routes: bool = False, program: Sequence[str] = ADAPTERS) -> Load:
    with started(routes=routes, program=program) as service:
        post(service.port, BODY, seconds=WARM_UP)
        return post(service.port, BODY, seconds=SECONDS)


def _rate(loads: Sequence[Load]) -> float:
    return median(load.rate for load in loads)


def _latency(loads: Sequence[Load], percent: float) -> float:
    return median(load.percentile(percent) for load in loads)

"""A trace goes through a sidecar: from who tells, to who is told."""

from __future__ import annotations

from pathlib import Path

from tests.service import build, running
from tests.waiting import until

TRACE = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "vendor=1"}


def test_the_trace_of_a_webhook_is_that_of_what_is_published(tmp_path: Path) -> None:
    """In both formats, as CloudEvents' extension; of another notification there is none."""
    with running(tmp_path) as service:
        assert service.ask("POST", "/jenkins", build(1), TRACE)[0] == 202
        assert service.ask("POST", "/jenkins", build(2))[0] == 202
        until(lambda: not service.lag())
        for name in ("legacy", "cdevents"):
            first, *_, last = service.published(name)
            assert {key: first.get(key) for key in TRACE} == TRACE
            assert not TRACE.keys() & last.keys()

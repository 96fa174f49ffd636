"""The metrics: what is counted, under which labels."""

from __future__ import annotations

from pathlib import Path

from prometheus_client import generate_latest

from adapters.journal import Journal
from adapters.journal.status import RouteStatus
from adapters.metrics import Metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """A sample, by its name without prefix."""
    return metrics.registry.get_sample_value(f"cdevents_adapters_{name}", labels)


def test_what_happens_is_counted_under_its_labels() -> None:
    """Each method adds to its own counter."""
    metrics = Metrics()
    metrics.received("jenkins", 3)
    metrics.answered("jenkins", 202)
    metrics.ignored("cd", "jenkins", 2)
    metrics.unmatched("cd", "jenkins", 5)
    metrics.translated("cd", "dev.cdevents.change.merged.0.3.0", 4)
    metrics.delivered("cd", 7)
    metrics.retried("cd")
    metrics.parked("cd")
    assert value(metrics, "notifications_received_total", source="jenkins") == 3
    assert value(metrics, "webhook_answers_total", source="jenkins", status="202") == 1
    assert value(metrics, "records_ignored_total", route="cd", source="jenkins") == 2
    assert value(metrics, "records_unmatched_total", route="cd", source="jenkins") == 5
    assert value(metrics, "events_translated_total", route="cd", type="dev.cdevents.change.merged.0.3.0") == 4
    assert value(metrics, "messages_delivered_total", route="cd") == 7
    assert value(metrics, "delivery_retries_total", route="cd") == 1
    assert value(metrics, "dead_letters_parked_total", route="cd") == 1


def test_the_journal_is_asked_at_each_scrape() -> None:
    """Lag, age, dead letters and size are those of the moment."""
    metrics = Metrics()
    now = [RouteStatus("cd", 5, 2, 7.5, 1)]
    metrics.watch(lambda: now, lambda: 4096)
    assert value(metrics, "route_lag_records", route="cd") == 2
    assert value(metrics, "route_oldest_undelivered_seconds", route="cd") == 7.5
    assert value(metrics, "dead_letters_open", route="cd") == 1
    assert (value(metrics, "journal_bytes"), value(metrics, "journal_up")) == (4096, 1)
    now[0] = RouteStatus("cd", 7, 0, 0.0, 0)
    assert value(metrics, "route_lag_records", route="cd") == 0


def test_a_shadow_that_is_behind_is_late_for_nobody() -> None:
    """It has a lag of its own, and no age that an alert on late events would take for one; its dead letters count."""
    metrics = Metrics()
    metrics.watch(list, lambda: 4096, shadows=lambda: [RouteStatus("next", 5, 2, 604800.0, 1)])
    assert value(metrics, "shadow_lag_records", shadow="next") == 2
    assert value(metrics, "dead_letters_open", route="next") == 1
    assert value(metrics, "route_oldest_undelivered_seconds", route="next") is None


async def test_a_journal_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Its own metrics are missing, the others are there, and one says why."""
    journal = Journal(tmp_path / "journal.db", max_bytes=1 << 30)
    metrics = Metrics()
    metrics.watch(lambda: journal.status(["cd"]), journal.size)
    metrics.received("jenkins", 3)
    await journal.aclose()
    assert (value(metrics, "journal_up"), value(metrics, "journal_bytes")) == (0, None)
    assert value(metrics, "notifications_received_total", source="jenkins") == 3


def test_two_services_in_one_process_do_not_share_counters() -> None:
    """Nothing is on the library's global registry."""
    first, second = Metrics(), Metrics()
    first.received("jenkins")
    assert value(second, "notifications_received_total", source="jenkins") is None
    assert b"cdevents_adapters" not in generate_latest()

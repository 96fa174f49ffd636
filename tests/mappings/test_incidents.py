"""What the mappings of PagerDuty and Sentry promise."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mappings.support import events, golden, translation

PAGERDUTY, SENTRY = "pagerduty/webhook", "sentry/webhook"


def paged(name: str, **variables: Any) -> list[Any]:
    """The events of one of PagerDuty's examples."""
    return list(events(PAGERDUTY, golden(PAGERDUTY, f"{name}.json"), **variables))


def test_an_incident_is_one_subject_from_its_page_to_its_end() -> None:
    """Detected and reported at once, resolved, opened again, resolved again: one chain, five events."""
    found = [each for name in ("triggered", "resolved", "reopened", "resolved-again") for each in paged(name)]
    assert [each.name.removeprefix("incident.") for each in found] == [
        *("detected", "reported", "resolved", "detected", "resolved"),
    ]
    assert len({each.id for each in found}) == 5
    assert len({(each.subject_id, each.chain_id) for each in found}) == 1
    assert all(found[0].id in str(each.links) for each in found[1:])


def test_another_subscription_tells_the_same() -> None:
    """The id of the event, and who did it, are not part of what it is."""
    body = golden(PAGERDUTY, "resolved.json")
    body["event"]["id"], body["event"]["agent"] = "another", None
    (same,) = events(PAGERDUTY, body)
    assert [each.id for each in paged("resolved")] == [same.id]


def test_a_table_says_what_a_service_is_and_where(tmp_path: Any) -> None:
    """PagerDuty knows no environments."""
    (table := tmp_path / "services.csv").write_text("name,service,environment\ntill,shop-till,production\n")
    content = paged("triggered", services=str(table))[0].content
    assert (content["service"], content["environment"]) == ({"id": "shop-till"}, {"id": "production"})
    assert paged("triggered", environment="lab")[0].content["environment"] == {"id": "lab"}


@pytest.mark.parametrize("kind", ["incident.brand_new", "service.deleted", "pagey.ping", "incident.workflow.started"])
def test_what_no_rule_is_about_makes_nothing(kind: str) -> None:
    """It is ignored, or counted as unmatched, and never an error: the webhook is answered 202."""
    body = golden(PAGERDUTY, "acknowledged.json")
    body["event"]["event_type"] = kind
    found = translation(PAGERDUTY, body)
    assert (found.events, found.errors) == ((), ())


def test_a_sentry_alert_that_ends_before_it_starts_is_parked() -> None:
    """And says so."""
    body = golden(SENTRY, "resolved.http")
    body["data"]["metric_alert"]["date_closed"] = "2026-05-04T10:00:00Z"
    found = translation(SENTRY, body)
    assert found.events == ()
    assert "not_before: 2026-05-04T10:00:00Z is before" in found.errors[0]


def test_an_issue_of_sentry_is_no_incident() -> None:
    """Nor is an alert about one."""
    for name, resource in (("issue.http", "issue"), ("event-alert.http", "event_alert")):
        assert events(SENTRY, golden(SENTRY, name), {"sentry-hook-resource": resource}) == ()

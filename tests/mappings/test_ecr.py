"""What the mapping of Amazon ECR's events promises."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mappings.support import event, golden, translation

ECR = "ecr/eventbridge"


def scan(**counts: Any) -> dict[str, Any]:
    """A scan's event with these findings."""
    body: dict[str, Any] = golden(ECR, "scan-clean.json")
    body["detail"]["finding-severity-counts"] = counts
    return body


def test_the_host_is_that_of_account_and_region() -> None:
    """Unless another is configured, as in China."""
    body = golden(ECR, "push.json")
    assert "repository_url=111122223333.dkr.ecr.eu-central-1.amazonaws.com/team/app" in event(ECR, body).subject_id
    assert event(ECR, body, registry="r.example.cn").subject_id.endswith("?repository_url=r.example.cn/team/app")


@pytest.mark.parametrize("name", ["push-failed", "pull-through-cache-failed"])
def test_what_failed_published_nothing(name: str) -> None:
    """By any of the names that Amazon has for it."""
    assert event(ECR, golden(ECR, f"{name}.json")).name == "dev.cdeventsx.ecr-action.failed.0.1.0"


@pytest.mark.parametrize(
    ("counts", "outcome", "severity"),
    [
        ({"CRITICAL": 1, "LOW": 5}, "failure", "critical"),
        ({"CRITICAL": 0, "HIGH": 0, "MEDIUM": 3}, "success", "medium"),
        ({"INFORMATIONAL": 3}, "success", None),
        ({}, "success", None),
    ],
)
def test_a_scan_fails_by_its_worst_finding(counts: dict[str, int], outcome: str, severity: str | None) -> None:
    """A severity of which there are 0 is none."""
    found = event(ECR, scan(**counts))
    assert (found.content["outcome"], found.content.get("severity")) == (outcome, severity)


def test_a_scan_that_failed_is_an_error() -> None:
    """It says nothing of the image."""
    assert event(ECR, golden(ECR, "scan-failed.json")).content["outcome"] == "error"


def test_an_event_delivered_again_has_the_same_id() -> None:
    """EventBridge delivers at least once, with the id of the first time."""
    body = golden(ECR, "push.json")
    assert event(ECR, body).id == event(ECR, body | {"resources": ["again"]}).id
    assert event(ECR, body).id != event(ECR, body | {"id": "another"}).id


def test_what_is_new_to_the_mapping_is_unmatched() -> None:
    """An event that Amazon adds is counted and logged, not lost."""
    assert translation(ECR, golden(ECR, "push.json") | {"detail-type": "ECR Something New"}).unmatched == 1

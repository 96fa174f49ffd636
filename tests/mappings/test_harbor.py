"""What the mapping of Harbor's webhooks promises."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from adapters.model import CDEvent
from tests.mappings.support import event, events, golden, translation

HARBOR = "harbor/webhook"


def told(name: str, **variables: Any) -> CDEvent:
    """The only event of an input."""
    return event(HARBOR, golden(HARBOR, f"{name}.json"), **variables)


def test_each_policy_tells_the_same_event() -> None:
    """Whatever its payload format, and by the old name of the type, too."""
    again = golden(HARBOR, "pushed-cloudevent.json") | {"id": "another", "source": "/projects/7/webhook/policies/4"}
    assert {told("pushed").id, told("pushed-cloudevent").id, told("pushed-1.10").id} == {event(HARBOR, again).id}


def test_another_tag_or_another_second_is_another_event() -> None:
    """Of the same image."""
    body = golden(HARBOR, "pushed.json")
    tagged, later = deepcopy(body), body | {"occur_at": body["occur_at"] + 1}
    tagged["event_data"]["resources"][0]["tag"] = "latest"
    found = [event(HARBOR, each) for each in (body, tagged, later)]
    assert len({each.id for each in found}) == len(found)
    assert len({each.subject_id for each in found}) == 1


def test_deleting_an_image_is_one_deletion() -> None:
    """Harbor tells it once for each tag."""
    found = events(HARBOR, golden(HARBOR, "deleted-two-tags.json"))
    assert [each.name for each in found] == ["artifact.deleted"] * 2
    assert len({each.id for each in found}) == 1


def test_an_image_is_where_clients_reach_it() -> None:
    """The configured registry, or else what Harbor says."""
    body = golden(HARBOR, "pushed.json")
    assert event(HARBOR, body).subject_id.endswith("?repository_url=harbor.example.com/team/app")
    public = event(HARBOR, body, registry="images.example.com")
    assert public.subject_id.endswith("?repository_url=images.example.com/team/app")


def test_downloads_may_be_left_out() -> None:
    """There are as many as containers that start, and Harbor counts its own scanner's."""
    body = golden(HARBOR, "pulled.json")
    assert event(HARBOR, body).name == "artifact.downloaded"
    assert translation(HARBOR, body, downloads=False).ignored == 1


@pytest.mark.parametrize(
    ("failing", "outcome"), [(("Critical", "High"), "failure"), (("High",), "success"), ((), "success")]
)
def test_a_scan_fails_by_its_worst_severity(failing: tuple[str, ...], outcome: str) -> None:
    """Which ones those are is for the user to say, not for Harbor."""
    scan = told("scan-completed-critical", failing=failing)
    assert (scan.content["outcome"], scan.content["severity"]) == (outcome, "critical")


def test_a_scan_that_found_nothing_has_no_severity() -> None:
    """Harbor's None is none of CDEvents'."""
    scan = told("scan-completed-clean")
    assert scan.content["outcome"] == "success"
    assert "severity" not in scan.content


@pytest.mark.parametrize(("name", "outcome"), [("scan-failed", "error"), ("scan-stopped", "cancel")])
def test_a_scan_without_a_result_is_told_apart(name: str, outcome: str) -> None:
    """Whether it failed by itself or was stopped, and with or without a report."""
    scan = told(name)
    assert (scan.name, scan.content["outcome"]) == ("testsuiterun.finished", outcome)


@pytest.mark.parametrize("status", ["Pending", "Running", "Error", None])
def test_a_completed_scan_without_a_report_has_no_outcome(status: str | None) -> None:
    """As Harbor sends it of a scheduled scan, and of one that goes on: none is made up, and it is told nevertheless."""
    body = golden(HARBOR, "scan-completed-critical.json")
    resource = body["event_data"]["resources"][0]
    if status is None:
        del resource["scan_overview"]
    else:
        (report,) = resource["scan_overview"].values()
        report |= {"scan_status": status, "severity": "", "summary": None}
    found = event(HARBOR, body)
    assert found.name == "dev.cdeventsx.harbor-scan.completed.0.1.0"
    assert found.content == ({"status": status} if status else {})
    assert found.subject_id.startswith("pkg:oci/app@sha256:")


@pytest.mark.parametrize(("type_", "outcome"), [("SCANNING_FAILED", "error"), ("harbor.scan.stopped", "cancel")])
def test_a_list_of_components_that_was_not_made_is_told(type_: str, outcome: str) -> None:
    """With how it ended."""
    assert event(HARBOR, golden(HARBOR, "sbom-completed.json") | {"type": type_}).content["outcome"] == outcome

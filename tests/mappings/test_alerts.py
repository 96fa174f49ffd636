"""What the mappings of Alertmanager and Grafana promise."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from adapters.model import LOOKED_UP
from tests.mappings.support import events, golden, translation

ALERTMANAGER, GRAFANA = "alertmanager/webhook", "grafana/alerting"
BOTH = pytest.mark.parametrize("mapping", [ALERTMANAGER, GRAFANA])
DIGEST = "sha256:" + "7c" * 32


def alert(mapping: str = ALERTMANAGER, name: str = "firing.json", **changes: Any) -> dict[str, Any]:
    """A body with one alert, which is changed."""
    body: dict[str, Any] = deepcopy(golden(mapping, name))
    body["alerts"][0] |= changes
    return body


def labelled(**labels: str) -> dict[str, Any]:
    """A body with one alert of these labels."""
    return alert(labels={"alertname": "X", **labels})


@BOTH
def test_a_repeated_alert_is_once_and_one_that_fires_again_is_another(mapping: str) -> None:
    """The fingerprint and the start name it, in whichever zone it is written; when it will expire does not matter."""
    first, *same = [
        events(mapping, alert(mapping, startsAt=start, endsAt=end))[0]
        for start, end in (
            ("2026-05-04T10:11:12.345Z", "0001-01-01T00:00:00Z"),
            ("2026-05-04T10:11:12.345Z", "2026-05-04T14:00:00Z"),
            ("2026-05-04T12:11:12.345+02:00", "2026-05-04T09:00:00Z"),
        )
    ]
    (again,) = events(mapping, alert(mapping, startsAt="2026-05-04T11:00:00Z"))
    assert {each.id for each in same} == {first.id}
    assert again.id != first.id
    assert again.subject_id != first.subject_id


@BOTH
def test_the_end_follows_the_beginning_whichever_is_heard_first(mapping: str) -> None:
    """One subject, one chain; the end links to the beginning by its id, which need not be known."""
    (begun,) = events(mapping, golden(mapping, "firing.json"))
    (over,) = events(mapping, golden(mapping, "resolved.json"))
    assert (over.subject_id, over.chain_id) == (begun.subject_id, begun.chain_id)
    assert begun.id in str(over.links)
    assert over.timestamp > begun.timestamp


@BOTH
@pytest.mark.parametrize("end", ["2026-05-04T08:00:00Z", "0001-01-01T00:00:00Z", "", "soon", None])
def test_an_alert_that_ends_before_it_starts_is_parked(mapping: str, end: str | None) -> None:
    """And the dead letter says why; the alerts beside it are told."""
    body = alert(mapping, "resolved.json", endsAt=end)
    body["alerts"].append(golden(mapping, "firing.json")["alerts"][0])
    found = translation(mapping, body)
    assert [each.name for each in found.events] == ["incident.detected"]
    assert len(found.errors) == 1
    assert "incident-resolved" in found.errors[0]
    if end == "2026-05-04T08:00:00Z":
        assert "not_before: 2026-05-04T08:00:00Z is before 2026-05-04T10:" in found.errors[0]


@BOTH
def test_what_is_neither_firing_nor_resolved_is_unmatched(mapping: str) -> None:
    """It is counted, and nothing is made up."""
    found = translation(mapping, alert(mapping, status="suppressed"))
    assert (found.events, found.errors, found.unmatched) == ((), (), 1)


def test_the_alerting_of_an_old_grafana_is_unmatched() -> None:
    """It has no time and no fingerprint."""
    old = {"title": "[Alerting] x", "ruleId": 7, "ruleName": "x", "state": "alerting", "evalMatches": [], "orgId": 1}
    found = translation(GRAFANA, old)
    assert (found.events, found.errors, found.unmatched) == ((), (), 1)


@pytest.mark.parametrize(
    ("labels", "variables", "service", "environment"),
    [
        ({"service": "till", "environment": "production"}, {}, "till", "production"),
        ({"service": "till"}, {}, "till", "unknown"),
        ({"service": "till", "environment": ""}, {"environment": "lab"}, "till", "lab"),
        ({}, {}, None, "unknown"),
        ({"service": "x-kube-state-metrics", "namespace": "shop", "deployment": "till"}, {}, "shop/till", "shop"),
        ({"namespace": "shop", "statefulset": "db"}, {"environment": "lab"}, "shop/db", "lab"),
        ({"namespace": "shop", "daemonset": "logs", "environment": "lab"}, {}, "shop/logs", "lab"),
        ({"namespace": "shop"}, {}, None, "unknown"),
        ({"namespace": "shop", "deployment": "till", "service": "till"}, {}, "till", "unknown"),
        (
            {"service": "kube-state-metrics", "deployment": "till", "namespace": "shop"},
            {"service_label": "deployment", "environment_label": "namespace"},
            "till",
            "shop",
        ),
    ],
)
def test_labels_name_the_service_and_the_environment(
    labels: dict[str, str], variables: dict[str, Any], service: str | None, environment: str
) -> None:
    """As deployments call them; a label that there is not, or that is empty, is none."""
    (found,) = events(ALERTMANAGER, labelled(**labels), **variables)
    assert found.content["environment"] == {"id": environment}
    assert found.content.get("service") == ({"id": service} if service else None)


def test_a_table_has_other_names(tmp_path: Any) -> None:
    """For the service, and for the environment where the alert does not say it; an empty cell says nothing."""
    (table := tmp_path / "services.csv").write_text(
        "name,service,environment\nTill (prod),till,production\nCart,cart,\n"
    )
    told = [
        events(ALERTMANAGER, labelled(**labels), services=str(table))[0].content
        for labels in ({"service": "Till (prod)"}, {"service": "Cart"}, {"service": "other", "environment": "lab"})
    ]
    assert [(each["service"]["id"], each["environment"]["id"]) for each in told] == [
        ("till", "production"),
        ("cart", "unknown"),
        ("other", "lab"),
    ]


@pytest.mark.parametrize(
    "image",
    [
        f"registry.example.com/team/till@{DIGEST}",
        f"registry.example.com/team/till:2.4@{DIGEST}",
        f"docker-pullable://registry.example.com/team/till@{DIGEST}",
    ],
)
def test_an_alert_that_names_the_image_is_of_the_chain_of_its_change(image: str) -> None:
    """By what the image's labels say, which a registry was asked for; it follows the run that built it."""
    purl = f"pkg:oci/till@{DIGEST}?repository_url=registry.example.com/team/till"
    asked = f'{{"{purl}": {{"org.opencontainers.image.source": "https://gerrit.example.com/c/team/till/+/4711",'
    asked += '"org.opencontainers.image.url": "https://jenkins.example.com/job/till/7/"}}'
    variables: dict[str, Any] = {"gerrit": "https://gerrit.example.com/", "jenkins": "https://jenkins.example.com/"}
    (found,) = events(ALERTMANAGER, labelled(image=image), {LOOKED_UP: asked}, **variables)
    (alone,) = events(ALERTMANAGER, labelled(image=image), **variables)
    assert found.content["artifactId"] == alone.content["artifactId"] == purl
    assert found.id == alone.id
    assert found.chain_id != alone.chain_id
    assert [link["linkType"] for link in found.links] == ["RELATION"]
    assert not alone.links


@pytest.mark.parametrize("image", ["", "sha256:" + "0" * 64, "docker://sha256:" + "0" * 64, "till", " ", "?"])
def test_an_image_that_cannot_be_named_loses_no_incident(image: str) -> None:
    """A bare digest is that of a configuration, and no artifact."""
    (found,) = events(ALERTMANAGER, labelled(image=image))
    assert "pkg:oci" not in str(found.content)


@pytest.mark.parametrize(
    ("labels", "artifact"),
    [
        ({"service": "shop/till"}, "pkg:generic/shop%2Ftill"),
        ({}, "pkg:generic/unknown"),
        (
            {"image": f"registry.example.com/till@{DIGEST}"},
            f"pkg:oci/till@{DIGEST}?repository_url=registry.example.com/till",
        ),
    ],
)
def test_the_service_may_stand_for_the_artifact(labels: dict[str, str], artifact: str) -> None:
    """For consumers that want one on each incident; only where no image is named, and only if it is asked for."""
    (found,) = events(ALERTMANAGER, labelled(**labels), service_as_artifact=True)
    assert found.content["artifactId"] == artifact
    assert ("image" in labels) is ("artifactId" in events(ALERTMANAGER, labelled(**labels))[0].content)

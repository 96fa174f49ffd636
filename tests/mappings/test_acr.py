"""What the mapping of Azure Container Registry's webhooks promises."""

from __future__ import annotations

import pytest

from tests.mappings.support import event, golden, translation

ACR = "acr/webhook"


def test_a_ping_is_ignored() -> None:
    """It is sent when somebody looks whether the webhook works."""
    assert translation(ACR, {"action": "ping"}).ignored == 1


def test_a_webhook_that_fires_twice_tells_one_event() -> None:
    """Two webhooks for one push have ids of their own, and the push's request."""
    body = golden(ACR, "push.json")
    assert event(ACR, body).id == event(ACR, body | {"id": "of another webhook"}).id


@pytest.mark.parametrize(("name", "predicate"), [("chart-push", "published"), ("chart-delete", "deleted")])
def test_a_helm_chart_is_no_image(name: str, predicate: str) -> None:
    """It has a purl of its own type."""
    found = event(ACR, golden(ACR, f"{name}.json"))
    assert (found.name, found.subject_id) == (
        f"artifact.{predicate}",
        "pkg:helm/app@0.3.0?repository_url=acme.azurecr.io",
    )

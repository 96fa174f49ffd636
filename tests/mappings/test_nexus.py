"""What the mapping of Nexus's webhooks promises."""

from __future__ import annotations

import pytest

from tests.mappings.support import event, golden, translation

NEXUS = "nexus/webhook"
REPOSITORY = "repository_url=https://nexus.example.com/repository"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("maven-created", f"pkg:maven/com.example/shop@2.0.0?{REPOSITORY}/maven-releases"),
        ("npm-created", f"pkg:npm/%40acme/ui@3.1.0?{REPOSITORY}/npm-hosted"),
        ("pypi-deleted", f"pkg:pypi/shop@1.0?{REPOSITORY}/pypi-hosted"),
        ("raw-created", f"pkg:generic/tools/setup.sh?{REPOSITORY}/raw-hosted"),
    ],
)
def test_a_package_has_the_purl_of_its_format(name: str, subject: str) -> None:
    """With its namespace where the format has one, and the repository that it is in."""
    assert event(NEXUS, golden(NEXUS, f"{name}.json")).subject_id == subject


def test_an_npm_scope_is_written_once() -> None:
    """Whether Nexus gives it with its @ or without."""
    body = golden(NEXUS, "npm-created.json")
    plain = event(NEXUS, body).subject_id
    body["component"]["group"] = "@acme"
    assert event(NEXUS, body).subject_id == plain


def test_images_are_at_the_docker_connector() -> None:
    """Which has a port or a host of its own."""
    found = event(NEXUS, golden(NEXUS, "image-created.json"), registry="nexus.example.com:8082")
    assert found.subject_id == "pkg:docker/team/app@1.4.2?repository_url=nexus.example.com:8082"


def test_a_tag_published_again_is_another_event() -> None:
    """The time is to the millisecond, and Nexus sends each event once."""
    body = golden(NEXUS, "image-created.json")
    assert event(NEXUS, body).id != event(NEXUS, body | {"timestamp": "2026-03-02T10:01:00.220+0000"}).id


def test_assets_are_ignored() -> None:
    """Layers and manifests of an image that is told as a component."""
    assert translation(NEXUS, golden(NEXUS, "asset-created.json")).ignored == 1


def test_a_format_that_is_not_known_is_an_error() -> None:
    """No purl is made up for it."""
    body = golden(NEXUS, "pypi-deleted.json")
    body["component"]["format"] = "p2"
    assert "table type has no 'p2'" in translation(NEXUS, body).errors[0]

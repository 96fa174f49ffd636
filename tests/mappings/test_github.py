"""What the mapping of GitHub's package events promises."""

from __future__ import annotations

import pytest

from tests.mappings.support import event, golden

GITHUB = "github/package"


def test_both_events_of_a_push_are_one() -> None:
    """`registry_package` and `package` tell the same, with another version id and another time."""
    assert event(GITHUB, golden(GITHUB, "registry-package.json")).id == event(GITHUB, golden(GITHUB, "package.json")).id


def test_another_tag_of_an_image_is_another_event() -> None:
    """Of the same subject."""
    first, other = (event(GITHUB, golden(GITHUB, f"{name}.json")) for name in ("registry-package", "updated"))
    assert first.subject_id == other.subject_id
    assert first.id != other.id


@pytest.mark.parametrize(
    ("version", "package", "timestamp"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z", "2026-03-02T10:00:00Z"),
        ("0001-01-01T00:00:00Z", "2026-03-02T11:00:00Z", "2026-03-02T11:00:00Z"),
        ("0001-01-01T00:00:00Z", None, "2026-01-02T03:04:05.000Z"),
    ],
)
def test_the_year_1_is_no_time(version: str, package: str | None, timestamp: str) -> None:
    """The version's, or else the package's, or else when it was heard."""
    body = golden(GITHUB, "registry-package.json")
    body["registry_package"]["updated_at"] = package
    body["registry_package"]["package_version"]["updated_at"] = version
    assert event(GITHUB, body).timestamp == timestamp


def test_a_package_that_is_no_image_is_a_custom_event() -> None:
    """It has no digest, and none is made up."""
    found = event(GITHUB, golden(GITHUB, "npm.json"))
    assert (found.name, found.subject_id) == ("dev.cdeventsx.github-package.published.0.1.0", "ui@2.0.0")

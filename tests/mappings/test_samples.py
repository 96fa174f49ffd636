"""The shipped mappings over real payloads, collected from upstream projects and running tools."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.errors import MappingError
from tests.mappings.support import EVERYTHING, GERRIT, JENKINS, REGISTRY, events, invalid, translation

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the collected payloads are not beside this checkout")

FILES = {
    JENKINS: ["jenkins/notification-plugin/*.json", "jenkins/notification-plugin/*.xml"],
    GERRIT: ["gerrit/*.json", "gerrit/*.ndjson", "gerrit/go-gerrit-*"],
    REGISTRY: ["registry/*.json", "registry/*.ndjson"],
}
FRAGMENT = "upstream-docs-delete-target.json"  # of a notification, to show what a target is
MALFORMED = b'{"author":1}'  # the last line of go-gerrit's test of a log that is broken
CASES = [
    (mapping, path)
    for mapping, patterns in FILES.items()
    for pattern in patterns
    for path in sorted(SAMPLES.glob(pattern))
    if path.name != FRAGMENT
]


def _bodies(path: Path) -> Iterator[bytes]:
    """The notifications of a file; captured deliveries have theirs under `body`."""
    whole = path.suffix in (".json", ".xml")
    for text in [path.read_bytes()] if whole else path.read_bytes().splitlines():
        if text.strip() not in (b"", MALFORMED):
            yield orjson.dumps(orjson.loads(text)["body"]) if "delivery" in path.name else text


@pytest.mark.parametrize("variables", [{}, EVERYTHING], ids=["default", "everything"])
@pytest.mark.parametrize(("mapping", "path"), CASES, ids=lambda value: getattr(value, "name", None))
def test_real_payloads_are_translated_or_ignored_by_name(
    mapping: str, path: Path, variables: dict[str, dict[str, Any]]
) -> None:
    """Nothing that a tool really sent is in error or unknown, and all that becomes of it is valid in both versions."""
    found = [event for body in _bodies(path) for event in events(mapping, body, **variables.get(mapping, {}))]
    assert invalid(found) == []


@pytest.mark.parametrize("mapping", FILES)
def test_every_family_has_samples(mapping: str) -> None:
    """The patterns above find what they are meant to find."""
    assert len([path for name, path in CASES if name == mapping]) > 10


def test_what_is_no_notification_is_said_to_be_none() -> None:
    """A fragment, a malformed event and broken JSON are errors or unmatched, each for its reason."""
    fragment = (SAMPLES / "registry" / FRAGMENT).read_bytes()
    with pytest.raises(MappingError, match="nothing to split: events is missing"):
        translation(REGISTRY, fragment)
    assert translation(GERRIT, MALFORMED).unmatched == 1
    broken = (SAMPLES / "gerrit" / "gerrit-events-lib.hashtags-changed.invalid-trailing-comma.txt").read_bytes()
    with pytest.raises(MappingError, match="trailing comma"):
        translation(GERRIT, broken)

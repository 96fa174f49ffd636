"""The shipped mappings over real payloads, collected from upstream projects and running tools."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.errors import MappingError
from adapters.goldens import Sent, sent
from tests.checkout import SAMPLES, needs_samples
from tests.mappings.support import (
    CLOUDEVENTS,
    EVERYTHING,
    GENERIC_EVENT,
    GERRIT,
    JENKINS,
    REGISTRY,
    events,
    invalid,
    translation,
)

pytestmark = needs_samples

FILES = {
    JENKINS: ["jenkins/notification-plugin/*.json", "jenkins/notification-plugin/*.xml"],
    GENERIC_EVENT: ["jenkins/generic-event/*.json"],
    CLOUDEVENTS: ["jenkins/cloudevents-plugin/*.json"],
    "jenkins/statistics-gatherer": ["jenkins/statistics-gatherer/*"],
    "jenkins/outbound-webhook": ["jenkins/outbound-webhook/*.json"],
    GERRIT: ["gerrit/*.json", "gerrit/*.ndjson", "gerrit/go-gerrit-*", "gerrit/*.invalid-*"],
    REGISTRY: ["registry/*.json", "registry/*.ndjson"],
    "harbor/webhook": ["harbor/*"],
    "quay/notification": ["quay/*"],
    "dockerhub/webhook": ["dockerhub/*"],
    "ecr/eventbridge": ["ecr/*"],
    "acr/webhook": ["acr/*"],
    "github/package": ["ghcr/*"],
    "artifactory/webhook": ["artifactory/*"],
    "nexus/webhook": ["nexus/*"],
    "zot/events": ["zot/*"],
    "gcr/pubsub": ["gcr/*"],
}
REFUSED = {
    "*invalid*": "is not JSON",
    "harbor/slack-message.txt": "is not JSON",
    "registry/upstream-docs-delete-target.json": "nothing to split: events is missing",  # a part of a notification
    "ecr/image-*": "is not a sha256 or sha512 digest",  # Amazon's documentation made them up
    "ecr/pull-*": "is not a sha256 or sha512 digest|day is out of range",
    "statistics-gatherer/build-*.json": "is the unit right|is not the URL of a Jenkins job",  # in its README
    "statistics-gatherer/scm-*.json": "is the unit right",
}
"""Samples that no tool can have sent as they are, and why they are put aside."""

MALFORMED = b'{"author":1}'  # the last line of go-gerrit's test of a log that is broken
CASES = [
    (mapping, path)
    for mapping, patterns in FILES.items()
    for pattern in patterns
    for path in sorted(SAMPLES.glob(pattern))
    if path.name != "SOURCES.md"
]


def _reason(path: Path) -> str | None:
    return next((reason for pattern, reason in REFUSED.items() if path.match(pattern)), None)


GENUINE = [(mapping, path) for mapping, path in CASES if _reason(path) is None]


def _notifications(path: Path) -> Iterator[Sent]:
    """Those of a file. Captured deliveries have theirs under `body`; headers may be in a file beside it."""
    for each in sent(path):
        for body in each.body.splitlines() if path.suffix == ".txt" else [each.body]:
            if body.strip() not in (b"", MALFORMED):
                yield Sent(_delivered(body) if "delivery" in path.name else body, {**each.headers, **_beside(path)})


def _delivered(body: bytes) -> bytes:
    return orjson.dumps(orjson.loads(body)["body"])


def _beside(path: Path) -> dict[str, str]:
    headers = path.with_suffix(".headers")
    return dict(BytesHeaderParser().parsebytes(headers.read_bytes())) if headers.exists() else {}


@pytest.mark.parametrize("variables", [{}, EVERYTHING], ids=["default", "everything"])
@pytest.mark.parametrize(("mapping", "path"), GENUINE, ids=lambda value: getattr(value, "name", None))
def test_real_payloads_are_translated_or_ignored_by_name(
    mapping: str, path: Path, variables: dict[str, dict[str, Any]]
) -> None:
    """Nothing that a tool really sent is in error or unknown, and all that becomes of it is valid in both versions."""
    chosen = variables.get(mapping, {})
    found = [event for each in _notifications(path) for event in events(mapping, each.body, each.headers, **chosen)]
    assert invalid(found) == []


@pytest.mark.parametrize("mapping", FILES)
def test_every_family_has_samples(mapping: str) -> None:
    """The patterns above find what they are meant to find."""
    assert [path for name, path in CASES if name == mapping]


@pytest.mark.parametrize(
    ("mapping", "path"),
    [case for case in CASES if case not in GENUINE],
    ids=lambda value: getattr(value, "name", None),
)
def test_what_no_tool_can_have_sent_is_refused_for_a_reason(mapping: str, path: Path) -> None:
    """Broken JSON, fragments, digests and times that are none: nothing is made of them, and it is said why."""
    try:
        found = translation(mapping, path.read_bytes(), _beside(path))
    except MappingError as error:
        reasons = [str(error)]
    else:
        assert found.events == ()
        reasons = list(found.errors)
    assert reasons
    assert all(re.search(_reason(path) or "", reason) for reason in reasons)


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("ecr/*.json")), ids=lambda path: path.name)
def test_documented_events_of_ecr_are_translated_with_digests_that_are_some(path: Path) -> None:
    """All else of Amazon's examples is as it should be."""
    text = re.sub(rb"sha256:\w+", b"sha256:" + b"7f5b" * 16, path.read_bytes()).replace(b"02-29T", b"02-28T")
    assert invalid(events("ecr/eventbridge", text)) == []


def test_a_malformed_event_is_unmatched() -> None:
    """What go-gerrit's test has at the end of a broken log is nothing that Gerrit says."""
    assert translation(GERRIT, MALFORMED).unmatched == 1

"""Rows of events, of those that the specification shows and of those that are none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from adapters.store.rows import LinkRow, event_row, link_rows
from tests.checkout import SPECIFICATION, needs_specification

SHA = "0123456789abcdef0123456789abcdef01234567"


def document(name: str = "change.merged.0.3.0", **more: Any) -> dict[str, Any]:
    """A CDEvent with little in it."""
    context = {"specversion": "0.5.1", "id": "i", "source": "s", "type": f"dev.cdevents.{name}"}
    return {
        "context": context | {"timestamp": "2026-03-01T01:00:00.123456789+02:00"},
        "subject": {"id": "team%2Fapp~7", "content": {}},
        **more,
    }


@needs_specification
@pytest.mark.parametrize("version", ["v0.4.1", "v0.5.1"])
def test_every_example_of_the_specification_is_a_row(version: str) -> None:
    """With all that it is about in its columns."""
    files = sorted((SPECIFICATION / version / "conformance").glob("*.json"))
    assert files
    for file in files:
        example = orjson.loads(file.read_bytes())
        row = event_row(example)
        assert f"{row.subject}_{row.predicate}.json" == file.name
        content = example["subject"]["content"]
        for name, column in (("environment", row.environment), ("service", row.service), ("outcome", row.outcome)):
            if name in content:
                wanted = content[name]
                assert column == (wanted["id"] if isinstance(wanted, dict) else wanted), file.name
        assert list(link_rows(example, row)), file.name


def test_a_deployment_has_the_digest_of_its_artifact() -> None:
    """However the package URL is written, and wherever the artifact is found."""
    digest = f"sha256:{'ab' * 32}"
    urls = (f"pkg:oci/app@{digest}", f"pkg:oci/app@{digest.replace(':', '%3A')}?repository_url=hub.example.com/app")
    for url in urls:
        content = {"artifactId": url, "environment": {"id": "production"}}
        row = event_row(document("service.deployed.0.3.0", subject={"id": "shop", "content": content}))
        assert (row.artifact, row.digest) == (f"pkg:oci/app@{digest}", digest)
        assert (row.service, row.environment) == ("shop", "production")


def test_time_is_of_one_zone() -> None:
    """To the microsecond."""
    assert event_row(document()).time == datetime(2026, 2, 28, 23, 0, 0, 123456, tzinfo=UTC)


def test_a_custom_event_has_its_tool_in_its_subject() -> None:
    """So that it is no event of CDEvents."""
    custom = document()
    custom["context"]["type"] = "dev.cdeventsx.jenkins-node.offline.0.1.0"
    row = event_row(custom)
    assert (row.subject, row.predicate, row.version) == ("jenkins-node", "offline", "0.1.0")


def test_commits_are_links() -> None:
    """Those that a change is of, and that an artifact was made of; what is no hash is none."""
    custom = {"newRev": SHA, "patchset": {"revision": SHA[::-1]}, "revision": "main", "change": {"branch": "main"}}
    merged = document(customData=custom)
    row = event_row(merged)
    assert row.branch == "main"
    assert set(link_rows(merged, row)) == {LinkRow("s", "i", "COMMIT", "", each) for each in (SHA, SHA[::-1])}
    packaged = document(subject={"id": "pkg:oci/app@1", "content": {"change": {"id": SHA}}})
    assert list(link_rows(packaged, event_row(packaged))) == [LinkRow("s", "i", "COMMIT", "", SHA)]


def test_a_run_is_of_the_branch_and_the_commit_that_it_built() -> None:
    """As all CI tools tell them, in one place."""
    run = document(customData={"scm": {"branch": "main", "commit": SHA}})
    assert event_row(run).branch == "main"
    assert list(link_rows(run, event_row(run))) == [LinkRow("s", "i", "COMMIT", "", SHA)]


@pytest.mark.parametrize(
    "broken",
    [
        {},
        [],
        {"context": None, "subject": None},
        document(subject={"id": "", "content": {}}),
        document(subject={"id": 5, "content": {}}),
        document(subject={"id": "x"}),
        document() | {"context": document()["context"] | {"timestamp": "yesterday"}},
        document() | {"context": document()["context"] | {"id": None}},
        document() | {"context": document()["context"] | {"timestamp": "0001-01-01T00:00:00+14:00"}},
        document() | {"context": document()["context"] | {"timestamp": "9999-12-31T23:59:59-14:00"}},
    ],
)
def test_what_is_no_cdevent_is_no_row(broken: Any) -> None:
    """And what it raises is one of a few."""
    with pytest.raises((AttributeError, KeyError, TypeError, ValueError)):
        event_row(broken)


def test_members_of_another_kind_lose_no_event() -> None:
    """What cannot be in a column is null."""
    odd = document(customData=["x"], subject={"id": "x", "content": {"outcome": 5, "environment": [], "uri": {}}})
    row = event_row(odd)
    assert (row.outcome, row.environment, row.uri, list(link_rows(odd, row))) == (None, None, None, [])

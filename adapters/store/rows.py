"""A CDEvent as a row of the table `events`, and what it is tied to as rows of the table `links`. Pure.

docs/store.md says what stands in each column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from adapters.cdevents.artifacts import artifact, digest
from adapters.cdevents.vocabulary import CUSTOM_PREFIX, PREFIX


class EventRow(NamedTuple):
    """A row of `events`, which `source` and `id` name; None for what an event does not say.

    `data` is the whole CDEvent as JSON, where it is kept.
    """

    source: str
    id: str
    type: str
    subject: str
    predicate: str
    version: str
    spec: str | None
    time: datetime
    subject_id: str
    subject_source: str | None
    chain_id: str | None
    pipeline: str | None
    task: str | None
    run: str | None
    outcome: str | None
    environment: str | None
    service: str | None
    artifact: str | None
    digest: str | None
    repository: str | None
    branch: str | None
    change: str | None
    test: str | None
    suite: str | None
    team: str | None
    uri: str | None
    data: str | None


class LinkRow(NamedTuple):
    """A row of `links`: what the event `source`, `id` is tied to.

    `kind` is PATH, RELATION or END, where `target` is the id of another event, or COMMIT, where it is a commit's hash.
    """

    source: str
    id: str
    kind: str
    rel: str
    target: str


_CONTENT = {
    "pipelineName": "pipeline",
    "taskName": "task",
    "pipelineRun": "run",
    "testSuiteRun": "run",
    "outcome": "outcome",
    "environment": "environment",
    "service": "service",
    "artifactId": "artifact",
    "repository": "repository",
    "change": "change",
    "testCase": "test",
    "testSuite": "suite",
    "uri": "uri",
    "ticketURI": "uri",
}
"""The column of each member of a subject's content that has one."""

_ITSELF = frozenset({"environment", "service", "artifact", "repository", "change"})
"""Subjects whose own id stands in the column of their name."""

_COMMITS = frozenset({"revision", "newRev", "commit"})
"""Members of `customData` that are a commit, beside those of a patch set and of what a run has built (`scm`)."""

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_END = {"PATH": "from", "END": "from", "RELATION": "target"}


def event_row(document: Mapping[str, Any], data: str | None = None) -> EventRow:
    """The row of a CDEvent of any version; raises AttributeError, KeyError, TypeError or ValueError when it is none.

    A time without a zone is UTC's.
    """
    context, about = document["context"], document["subject"]
    type_, subject_id = _needed(context, "type"), _needed(about, "id")
    subject, predicate, version = _named(type_)
    found = dict(_content(about))
    if isinstance(custom := document.get("customData"), dict):
        found |= {"team": _text(custom.get("team")), "branch": _branch(custom)}
    if subject in _ITSELF:
        found[subject] = subject_id
    package = artifact(found.get("artifact"))
    return EventRow(
        source=_needed(context, "source"),
        id=_needed(context, "id"),
        type=type_,
        subject=subject,
        predicate=predicate,
        version=version,
        spec=_text(context.get("specversion") or context.get("version")),
        time=_moment(context["timestamp"]),
        subject_id=subject_id,
        subject_source=_text(about.get("source")),
        chain_id=_text(context.get("chainId")),
        pipeline=found.get("pipeline"),
        task=found.get("task"),
        run=found.get("run"),
        outcome=found.get("outcome"),
        environment=found.get("environment"),
        service=found.get("service"),
        artifact=package,
        digest=digest(package),
        repository=found.get("repository"),
        branch=found.get("branch"),
        change=found.get("change"),
        test=found.get("test"),
        suite=found.get("suite"),
        team=found.get("team"),
        uri=found.get("uri"),
        data=data,
    )


def link_rows(document: Mapping[str, Any], event: EventRow) -> Iterator[LinkRow]:
    """The rows of a CDEvent's links, and of the commits that it names; each once."""
    found = dict.fromkeys([*_links(document["context"]), *_commits(document)])
    return (LinkRow(event.source, event.id, *each) for each in found)


def _content(about: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for name, value in about["content"].items():
        if column := _CONTENT.get(name):
            yield column, _text(value.get("id") if isinstance(value, dict) else value)


def _branch(custom: Mapping[str, Any]) -> str | None:
    change, scm = _object(custom, "change"), _object(custom, "scm")
    return _text(change.get("branch")) or _text(custom.get("branch")) or _text(scm.get("branch"))


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = holder.get(name)
    return found if isinstance(found, dict) else {}


def _links(context: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for link in context.get("links") or ():
        end = link.get(_END.get(link.get("linkType"), ""))
        if isinstance(end, dict) and (target := _text(end.get("contextId"))):
            yield link["linkType"], _text(link.get("linkKind")) or "", target


def _commits(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for text in _revisions(document):
        if isinstance(text, str) and _COMMIT.fullmatch(text):
            yield "COMMIT", "", text


def _revisions(document: Mapping[str, Any]) -> Iterator[object]:
    change = document["subject"]["content"].get("change")
    if isinstance(change, dict):
        yield change.get("id")
    if isinstance(custom := document.get("customData"), dict):
        yield from (custom[name] for name in sorted(_COMMITS & custom.keys()))
        yield _object(custom, "patchset").get("revision")
        yield _object(custom, "scm").get("commit")


@lru_cache(maxsize=1024)
def _named(type_: str) -> tuple[str, str, str]:
    """`change`, `merged` and `0.3.0`; the subject of a custom type is `tool-subject`."""
    name, *version = type_.removeprefix(PREFIX).removeprefix(CUSTOM_PREFIX).rsplit(".", 3)
    subject, _, predicate = name.rpartition(".")
    return subject, predicate, ".".join(version)


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError(f"timestamp {text} is none in UTC, where years are from 1 to 9999") from None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _needed(member: Mapping[str, Any], name: str) -> str:
    if (text := _text(member[name])) is None:
        raise ValueError(f"{name} is not a text")
    return text

"""What CDEvents can say: every event type of 0.4.1 and 0.5.1, as one table of facts.

The facts are those of the JSON Schemas released with the specification (github.com/cdevents/spec, tags v0.4.1 and
v0.5.1, folder `schemas`): where prose and schema disagree, the schema is what a consumer validates with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.cdevents.fields import (
    CLONE_LINK,
    LINK,
    OUTPUT_TYPE,
    PIPELINE_OUTCOME,
    QUEUED_TEST_SUITE,
    REFERENCE,
    SBOM,
    SEVERITY,
    STRING,
    STRINGS,
    TASK_OUTCOME,
    TEST_CASE,
    TEST_OUTCOME,
    TEST_REFERENCE,
    TEST_SUITE,
    TEXT,
    TICKET_URI,
    TRIGGER,
    URI,
    URI_REFERENCE,
    VIEW_URL,
    Field,
    required,
)
from adapters.model import Spec

PREFIX, CUSTOM_PREFIX = "dev.cdevents.", "dev.cdeventsx."
CUSTOM_TYPE = r"^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$"
"""A custom type, `dev.cdeventsx.<tool>-<subject>.<predicate>.<M.m.p>` (the specification's custom/schema.json)."""

_CUSTOM_TYPE = re.compile(CUSTOM_TYPE)


def is_custom(name: str) -> bool:
    """Whether a name is a custom type: letters (digits too in the tool's name), and a version of three digits."""
    return _CUSTOM_TYPE.fullmatch(name) is not None


def name_of(type_: str) -> str:
    """`change.merged` for `dev.cdevents.change.merged` of any version; a custom type is its own name."""
    return type_.removeprefix(PREFIX).rsplit(".", 3)[0] if type_.startswith(PREFIX) else type_


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type, named `<subject>.<predicate>`, with its version in each spec and its subject's content."""

    name: str
    versions: Mapping[Spec, str]
    content: Mapping[str, Field]

    @property
    def subject(self) -> str:
        """The first half of the name, such as `pipelinerun`."""
        return self.name.partition(".")[0]

    @property
    def predicate(self) -> str:
        """The second half of the name, such as `finished`."""
        return self.name.partition(".")[2]

    @property
    def subject_type(self) -> str:
        """What 0.4.1 writes in `subject.type`, such as `pipelineRun`; 0.5 dropped it."""
        return _SUBJECT_TYPES.get(self.subject, self.subject)

    def type(self, spec: Spec) -> str:
        """`context.type`, such as `dev.cdevents.pipelinerun.finished.0.3.0`."""
        return f"{PREFIX}{self.name}.{self.versions[spec]}"


_SUBJECT_TYPES = {
    "pipelinerun": "pipelineRun",
    "taskrun": "taskRun",
    "testcaserun": "testCaseRun",
    "testsuiterun": "testSuiteRun",
    "testoutput": "testOutput",
}

_TASK = {"taskName": STRING, "uri": LINK, "pipelineRun": REFERENCE}
_REPOSITORY = {"name": STRING, "owner": STRING, "uri": LINK, "viewUrl": VIEW_URL}
_RUN_IN = {"environment": required(REFERENCE)}
_CASE = {"testCase": TEST_CASE, "testSuiteRun": TEST_REFERENCE}
_RESULT = {"outcome": required(TEST_OUTCOME), "severity": SEVERITY, "reason": STRING}
_DEPLOYMENT = _RUN_IN | {"artifactId": required(TEXT)}
_INCIDENT = _RUN_IN | {"description": STRING, "service": REFERENCE, "artifactId": TEXT}
_TICKET = {
    "uri": required(URI_REFERENCE),
    "creator": TEXT,
    "summary": STRING,
    "ticketType": STRING,
    "priority": STRING,
    "group": STRING,
    "assignees": STRINGS,
    "labels": STRINGS,
    "milestone": STRING,
}

_CONTENT: dict[str, Mapping[str, Field]] = {
    "pipelinerun.queued": {"pipelineName": STRING, "uri": LINK},
    "pipelinerun.started": {"pipelineName": required(STRING), "uri": required(LINK)},
    "pipelinerun.finished": {"pipelineName": STRING, "uri": LINK, "outcome": PIPELINE_OUTCOME, "errors": STRING},
    "taskrun.started": _TASK,
    "taskrun.finished": _TASK | {"outcome": TASK_OUTCOME, "errors": STRING},
    "build.queued": {},
    "build.started": {},
    "build.finished": {"artifactId": STRING},
    "artifact.packaged": {"change": required(REFERENCE), "sbom": SBOM},
    "artifact.signed": {"signature": required(TEXT)},
    "artifact.published": {"user": TEXT, "sbom": SBOM},
    "artifact.downloaded": {"user": TEXT},
    "artifact.deleted": {"user": TEXT},
    "repository.created": _REPOSITORY | {"name": required(TEXT), "uri": required(CLONE_LINK)},
    "repository.modified": _REPOSITORY,
    "repository.deleted": _REPOSITORY,
    "branch.created": {"repository": REFERENCE},
    "branch.deleted": {"repository": REFERENCE},
    "change.created": {"description": TEXT, "repository": REFERENCE},
    "change.updated": {"repository": REFERENCE},
    "change.reviewed": {"repository": REFERENCE},
    "change.merged": {"repository": REFERENCE},
    "change.abandoned": {"repository": REFERENCE},
    "testcaserun.queued": _RUN_IN | _CASE | {"trigger": TRIGGER},
    "testcaserun.started": _RUN_IN | _CASE | {"trigger": TRIGGER},
    "testcaserun.finished": _RUN_IN | _CASE | _RESULT,
    "testcaserun.skipped": _CASE | {"environment": REFERENCE, "reason": STRING},
    "testsuiterun.queued": _RUN_IN | {"testSuite": QUEUED_TEST_SUITE, "trigger": TRIGGER},
    "testsuiterun.started": _RUN_IN | {"testSuite": TEST_SUITE, "trigger": TRIGGER},
    "testsuiterun.finished": _RUN_IN | {"testSuite": TEST_SUITE} | _RESULT,
    "testoutput.published": {
        "outputType": required(OUTPUT_TYPE),
        "format": required(STRING),
        "uri": URI,
        "testCaseRun": TEST_REFERENCE,
    },
    "environment.created": {"name": STRING, "uri": LINK},
    "environment.modified": {"name": STRING, "uri": LINK},
    "environment.deleted": {"name": STRING},
    "service.deployed": _DEPLOYMENT,
    "service.upgraded": _DEPLOYMENT,
    "service.rolledback": _DEPLOYMENT,
    "service.removed": {"environment": REFERENCE},
    "service.published": {"environment": REFERENCE},
    "incident.detected": _INCIDENT,
    "incident.reported": _INCIDENT | {"ticketURI": required(TICKET_URI)},
    "incident.resolved": _INCIDENT,
    "ticket.created": _TICKET | {"summary": required(STRING), "creator": required(TEXT)},
    "ticket.updated": _TICKET | {"updatedBy": STRING},
    "ticket.closed": _TICKET | {"updatedBy": STRING, "resolution": required(TEXT)},
}

_VERSIONS = {
    "change.created": ("0.3.0", "0.4.0"),
    **dict.fromkeys(("artifact.downloaded", "artifact.deleted", "testcaserun.skipped"), ("0.1.0", "0.2.0")),
    **dict.fromkeys(("ticket.created", "ticket.updated", "ticket.closed"), ("0.1.0", "0.2.0")),
}


def _event_type(name: str, content: Mapping[str, Field]) -> EventType:
    versions = _VERSIONS.get(name, ("0.2.0", "0.3.0"))
    return EventType(name, dict(zip((Spec.V0_4_1, Spec.V0_5_1), versions, strict=True)), content)


EVENTS: Mapping[str, EventType] = {name: _event_type(name, content) for name, content in _CONTENT.items()}
"""Every event type by its name, `<subject>.<predicate>`."""

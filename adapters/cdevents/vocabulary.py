"""What CDEvents can say: every event type of 0.3.0 to 0.5.1, and of the draft of 0.6.0, as one table of facts.

The facts are those of the JSON Schemas released with the specification (github.com/cdevents/spec, tags v0.3.0, v0.4.1
and v0.5.1, folder `schemas`): where prose and schema disagree, the schema is what a consumer validates with. What is of
the draft is as its main branch had it on 2026-06-24 (8917b18); it may change until there is a release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.cdevents.fields import (
    APPROVAL_STATUS,
    CLONE_LINK,
    DECISION,
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
    since,
)
from adapters.model import Spec

PREFIX, CUSTOM_PREFIX = "dev.cdevents.", "dev.cdeventsx."
CUSTOM_TYPE = r"^dev\.cdeventsx\.[a-zA-Z0-9]+-[a-zA-Z]+\.[a-zA-Z]+\.[0-9]\.[0-9]\.[0-9]$"
"""A custom type, `dev.cdeventsx.<tool>-<subject>.<predicate>.<M.m.p>` (the specification's custom/schema.json)."""

DOMAIN_ID = r"^cdevents:v0(:[^:]*){3}:([^:/]([^:]*[^:/])?)?:[^:]+:.+$"
"""What a domain itself calls a resource: `cdevents:v0:<provider>:<its id>:<namespace>:<groups>:<type>:<resource id>`.
Only the last two are never empty (links/domainid of 0.6.0-draft)."""

_CUSTOM_TYPE = re.compile(CUSTOM_TYPE)


def is_custom(name: str) -> bool:
    """Whether a name is a custom type: letters (digits too in the tool's name), and a version of three digits."""
    return _CUSTOM_TYPE.fullmatch(name) is not None


def name_of(type_: str) -> str:
    """`change.merged` for `dev.cdevents.change.merged` of any version; a custom type is its own name."""
    return type_.removeprefix(PREFIX).rsplit(".", 3)[0] if type_.startswith(PREFIX) else type_


def has_type(spec: Spec, name: str) -> bool:
    """Whether a spec has a type for an event: 0.4 was the first with custom ones."""
    return spec in EVENTS[name].versions if name in EVENTS else spec >= Spec.V0_4_1


def specs(name: str) -> list[Spec]:
    """The specs that have a type for an event, the oldest first."""
    return [spec for spec in Spec if has_type(spec, name)]


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type, named `<subject>.<predicate>`, with its version in each spec that has it, and its content."""

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
        """What 0.3 and 0.4 write in `subject.type`, such as `pipelineRun`; 0.5 dropped it."""
        return _SUBJECT_TYPES.get(self.subject, self.subject)

    def type(self, spec: Spec) -> str:
        """`context.type`, such as `dev.cdevents.pipelinerun.finished.0.3.0`; KeyError where the spec has none."""
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

_APPROVAL = {"approvalDetailsUrl": required(TEXT), "resourceTargetUrl": required(TEXT)}
_DECIDED = _APPROVAL | {"responder": required(URI), "decision": required(DECISION)}

_CONTENT: dict[str, Mapping[str, Field]] = {
    "pipelinerun.queued": {"pipelineName": STRING, "uri": LINK},
    "pipelinerun.started": {"pipelineName": required(STRING), "uri": required(LINK)},
    "pipelinerun.finished": {"pipelineName": STRING, "uri": LINK, "outcome": PIPELINE_OUTCOME, "errors": STRING},
    "taskrun.started": _TASK,
    "taskrun.finished": _TASK | {"outcome": TASK_OUTCOME, "errors": STRING},
    "build.queued": {},
    "build.started": {},
    "build.finished": {"artifactId": STRING},
    "artifact.packaged": {"change": required(REFERENCE), "sbom": since(Spec.V0_4_1, SBOM)},
    "artifact.signed": {"signature": required(TEXT)},
    "artifact.published": {"user": since(Spec.V0_4_1, TEXT), "sbom": since(Spec.V0_4_1, SBOM)},
    "artifact.downloaded": {"user": TEXT},
    "artifact.deleted": {"user": TEXT},
    "repository.created": _REPOSITORY | {"name": required(TEXT), "uri": required(CLONE_LINK)},
    "repository.modified": _REPOSITORY,
    "repository.deleted": _REPOSITORY,
    "branch.created": {"repository": REFERENCE},
    "branch.deleted": {"repository": REFERENCE},
    "change.created": {"description": since(Spec.V0_4_1, TEXT), "repository": REFERENCE},
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
    "approval.created": _APPROVAL | {"requestor": required(URI)},
    "approval.updated": _DECIDED,
    "approval.closed": _DECIDED | {"status": required(APPROVAL_STATUS)},
}

_FIRST = {
    **dict.fromkeys(("branch", "change"), "0.1.2"),
    **dict.fromkeys(("incident", "testcaserun", "testsuiterun", "testoutput"), "0.1.0"),
}
"""The versions of a subject's types in 0.3.0, where that is not 0.1.1."""

_SINCE_0_4 = ("", "0.1.0", "0.2.0", "0.2.0")
_SINCE_0_6 = ("", "", "", "0.1.0")
_VERSIONS = {
    "artifact.signed": ("0.1.0", "0.2.0", "0.3.0", "0.3.0"),
    "change.created": ("0.1.2", "0.3.0", "0.4.0", "0.4.0"),
    **dict.fromkeys(("artifact.downloaded", "artifact.deleted", "testcaserun.skipped"), _SINCE_0_4),
    **dict.fromkeys(("ticket.created", "ticket.updated", "ticket.closed"), _SINCE_0_4),
    **dict.fromkeys(("approval.created", "approval.updated", "approval.closed"), _SINCE_0_6),
}


def _event_type(name: str, content: Mapping[str, Field]) -> EventType:
    first = _FIRST.get(name.partition(".")[0], "0.1.1")
    versions = zip(Spec, _VERSIONS.get(name, (first, "0.2.0", "0.3.0", "0.3.0")), strict=True)
    return EventType(name, {spec: version for spec, version in versions if version}, content)


EVENTS: Mapping[str, EventType] = {name: _event_type(name, content) for name, content in _CONTENT.items()}
"""Every event type of any spec by its name, `<subject>.<predicate>`."""

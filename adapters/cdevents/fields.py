"""The kinds of fields that CDEvents are made of, and the fields that many event types share.

Everything is told in the words of CDEvents 0.5.1; `Earlier` holds what the versions before it say differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from adapters.model import Spec


class Kind(StrEnum):
    """What a field holds. URI must be absolute; URI_REFERENCE may be relative; LIST is of strings."""

    STRING = "string"
    URI = "uri"
    URI_REFERENCE = "uri-reference"
    LIST = "list"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Earlier:
    """How 0.3 and 0.4 have a field that 0.5.1 changed: its shape, its name if it was renamed, its values by today's."""

    shape: Field
    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a subject's content, or of an object inside it.

    `values` are the only ones allowed, or empty; the schemas hold to them from the spec `enforced` on, and before it
    only the prose does. The field is there from the spec `since` on. An OBJECT has `fields`, and others too unless it
    is `closed`.
    """

    kind: Kind = Kind.STRING
    required: bool = False
    min_length: int = 0
    values: tuple[str, ...] = ()
    enforced: Spec = Spec.V0_3_0
    since: Spec = Spec.V0_3_0
    fields: Mapping[str, Field] = field(default_factory=dict)
    closed: bool = True
    earlier: Earlier | None = None

    def shape(self, spec: Spec) -> Field:
        """The field as a spec has it; whether it is required never differed."""
        if spec >= Spec.V0_5_1 or self.earlier is None:
            return self
        return replace(self.earlier.shape, required=self.required)

    def name(self, name: str, spec: Spec) -> str:
        """What a spec calls the field that 0.5.1 calls `name`."""
        return name if spec >= Spec.V0_5_1 or self.earlier is None else self.earlier.name or name


def required(shape: Field) -> Field:
    """The same field, required."""
    return replace(shape, required=True)


def since(spec: Spec, shape: Field) -> Field:
    """The same field, which no spec before this one has."""
    return replace(shape, since=spec)


def one_of(*values: str) -> Field:
    """A string that is one of a few."""
    return Field(values=values)


def an_object(*, closed: bool = True, **fields: Field) -> Field:
    """An object with these fields."""
    return Field(Kind.OBJECT, fields=fields, closed=closed)


STRING = Field()
TEXT = Field(min_length=1)
STRINGS = Field(Kind.LIST)
URI = Field(Kind.URI)
URI_REFERENCE = Field(Kind.URI_REFERENCE, min_length=1)
TICKET_URI = replace(URI, min_length=1)
VIEW_URL = replace(URI, earlier=Earlier(STRING))
LINK = replace(URI, earlier=Earlier(STRING, name="url"))
CLONE_LINK = replace(URI, earlier=Earlier(TEXT, name="url"))

REFERENCE = an_object(id=required(TEXT), source=URI_REFERENCE)
TEST_REFERENCE = an_object(id=required(TEXT), source=STRING)
SBOM = an_object(uri=required(URI_REFERENCE))

_OUTCOME = one_of("success", "failure", "cancel", "error")
PIPELINE_OUTCOME = replace(_OUTCOME, earlier=Earlier(STRING))
TASK_OUTCOME = replace(_OUTCOME, enforced=Spec.V0_6_0)
TEST_OUTCOME = replace(
    _OUTCOME,
    earlier=Earlier(one_of("pass", "fail", "cancel", "error"), values={"success": "pass", "failure": "fail"}),
)
DECISION = one_of("escalated", "delegate", "deferred", "requestChanges", "approved", "rejected")
APPROVAL_STATUS = one_of("approved", "rejected", "cancelled", "expired")
SEVERITY = one_of("low", "medium", "high", "critical")

TRIGGER = an_object(closed=False, type=one_of("manual", "pipeline", "event", "schedule", "other"), uri=URI)
TEST_SUITE = an_object(id=required(TEXT), version=STRING, name=STRING, uri=URI)
QUEUED_TEST_SUITE = replace(
    TEST_SUITE, fields={**TEST_SUITE.fields, "uri": replace(URI, earlier=Earlier(URI, name="url"))}
)
TEST_TYPE = one_of("performance", "functional", "unit", "security", "compliance", "integration", "e2e", "other")
TEST_CASE = replace(TEST_SUITE, fields={**TEST_SUITE.fields, "type": TEST_TYPE})
OUTPUT_TYPE = one_of("report", "video", "image", "log", "other")

"""An event of any type, with all the content that it can have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.cdevents.fields import Field, Kind
from adapters.cdevents.vocabulary import EVENTS
from adapters.model import CDEvent

_EXAMPLES = {
    Kind.STRING: "some text",
    Kind.URI: "https://ci.example.com/job/app/42/",
    Kind.URI_REFERENCE: "job/app/42/sbom.json",
    Kind.LIST: ["one", "two"],
}


@pytest.fixture
def event() -> Callable[..., CDEvent]:
    """Makes an event of a type with all the content that it can have (or, `full=False`, that it must have)."""
    return _make_event


def _make_event(name: str = "pipelinerun.finished", *, full: bool = True, **changes: Any) -> CDEvent:
    fields = EVENTS[name].content if name in EVENTS else {}
    content = {key: _example(key, field) for key, field in fields.items() if full or field.required}
    made = CDEvent(
        name=name,
        id="271069a8-fc18-44f1-b38f-9d70a1695819",
        source="https://ci.example.com/",
        timestamp="2026-03-20T14:27:05.315384Z",
        subject_id="pkg:oci/app@sha256:0b31b1c0" if name.startswith("artifact.") else "job/app/42/",
        content=content,
    )
    return made._replace(**changes)


def _example(key: str, field: Field) -> Any:
    if field.kind is Kind.OBJECT:
        return {name: _example(name, inner) for name, inner in field.fields.items()}
    if field.values:
        return field.values[0]
    return "pkg:oci/app@sha256:0b31b1c0" if key == "artifactId" else _EXAMPLES[field.kind]

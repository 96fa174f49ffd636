"""Our verdicts against those of the schemas and examples that the specification publishes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.cdevents.schema import schema
from adapters.cdevents.validation import problems, schema_problems
from adapters.cdevents.vocabulary import EVENTS, has_type
from adapters.model import Spec
from tests.checkout import SDK, SPECIFICATION, needs_sdk, needs_specification

Place = tuple[str | int, ...]
PUBLISHED = [Spec.V0_4_1, Spec.V0_5_1]
"""The specs of which examples are beside this checkout."""
CASES = [(spec, path) for spec in PUBLISHED for path in sorted(SPECIFICATION.glob(f"v{spec}/conformance/*.json"))]
EACH_CASE = pytest.mark.parametrize(("spec", "path"), CASES, ids=lambda value: getattr(value, "stem", None))
JUNK: list[Any] = [
    *(None, "", " ", 0, True, [], {}, [{}], ["text"], [1], {"id": ""}, {"id": "x"}, {"id": "x", "source": "a b"}),
    *("SUCCESS", "success", "pass", "fail", "error", "pipelineRun", "ticket", "other", "unit", "manual", "high"),
    *("/relative", "https://example.com/a", "http://[::1", "a b", "%zz", "http://é/", "mailto:x", "a|b", "x:", "//"),
    *("2026-02-29T00:00:00Z", "2024-02-29T23:59:60Z", "2024-01-01T00:00:00+0100", "2024-01-01", "2024-01-01 00:00:00Z"),
    *({"linkType": "PATH"}, {"linkType": "START"}, {"linkType": "END"}, {"contextId": ""}, {"contextId": "x", "y": 1}),
    *([{"linkType": "RELATION", "linkKind": "x", "target": {}}], [{"linkType": "END", "tags": {"a": 1}}]),
]
NAMES = ["url", "uri", "type", "version", "specversion", "source", "schemaUri", "chainId", "links", "tags", "extra"]
NAMES += ["customData", "customDataContentType", "outcome", "severity", "artifactId", "contextId", "linkKind", "sbom"]


def _load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def _official_schemas(spec: Spec) -> dict[str, Any]:
    """The published schemas of a spec by the type that each one describes."""
    schemas = _of_sdk() if spec is Spec.V0_3_0 else map(_load, (SPECIFICATION / f"v{spec}" / "schemas").glob("*.json"))
    return {found["properties"]["context"]["properties"]["type"]["enum"][0]: found for found in schemas}


def _of_sdk() -> Iterator[Any]:
    """The schemas of 0.3.0, each a text in Go."""
    found = re.findall(r'"https://cdevents.dev/0.3.0/[^"]+":\s*`(.*?)`', SDK.read_text(encoding="utf-8"), re.DOTALL)
    return map(json.loads, found)


@cache
def _official_validators(spec: Spec) -> dict[str, jsonschema_rs.Draft202012Validator]:
    links = [_load(path) for path in (SPECIFICATION / f"v{spec}" / "schemas" / "links").glob("*.json")]
    registry = jsonschema_rs.Registry([(link["$id"], link) for link in links])
    return {
        type_: jsonschema_rs.Draft202012Validator(found, registry=registry, validate_formats=True, offline=True)
        for type_, found in _official_schemas(spec).items()
    }


def _officially_valid(document: Any, spec: Spec) -> bool:
    """The verdict of the published schema of the document's own type; a type without one has none valid."""
    try:
        validator = _official_validators(spec)[document["context"]["type"]]
    except (KeyError, TypeError):
        return False
    return validator.is_valid(document)


@needs_specification
@EACH_CASE
def test_official_examples_are_valid(spec: Spec, path: Path) -> None:
    """Every conformance example passes the schema, and the checks beyond it."""
    assert schema_problems(_load(path), spec) == []
    assert problems(_load(path), spec) == []


EACH_SPEC = pytest.mark.parametrize(
    "spec",
    [
        pytest.param(Spec.V0_3_0, marks=needs_sdk),
        *(pytest.param(each, marks=needs_specification) for each in PUBLISHED),
    ],
)


@EACH_SPEC
def test_the_vocabulary_has_every_official_type(spec: Spec) -> None:
    """The types of the table, versions included, are those of the published schemas."""
    assert {event.type(spec) for event in EVENTS.values() if spec in event.versions} == set(_official_schemas(spec))


@EACH_SPEC
@pytest.mark.parametrize("name", EVENTS)
def test_schemas_are_the_official_ones_in_other_words(name: str, spec: Spec) -> None:
    """Every field of every type has the name, type, format, values and necessity of the published schema."""
    if not has_type(spec, name):
        return
    official = _official_schemas(spec)[EVENTS[name].type(spec)]
    assert _essence(schema(EVENTS[name], spec)) == _essence(official)


def _essence(found: Any) -> Any:
    """What of a schema decides verdicts, in one way of writing it; links are left to the other tests."""
    if not isinstance(found, dict):
        return found
    if "anyOf" in found:
        return _essence(found["anyOf"][-1])
    if "oneOf" in found:
        return {"type": [choice["type"] for choice in found["oneOf"]]}
    if "enum" in found:
        return {"enum": found["enum"]}
    kept = {key: value for key, value in found.items() if key in ("type", "format", "minLength", "items")}
    if kept.get("type") == "object":
        kept["required"] = sorted(found.get("required", []))
        kept["additionalProperties"] = found.get("additionalProperties", True)
        members = found.get("properties", {}).items()
        kept["properties"] = {name: _essence(member) for name, member in members if name != "links"}
    return kept


def _places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Every place in a document, its root excepted."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*at, key)
        yield from _places(member, (*at, key))


def _mutate(document: Any, draw: st.DataObject) -> None:
    """One change at a random place: a member dropped, replaced, or put beside it."""
    *parents, key = draw.draw(st.sampled_from(list(_places(document))))
    holder = document
    for step in parents:
        holder = holder[step]
    change = draw.draw(st.sampled_from(["drop", "replace", "add"]))
    if change == "drop":
        del holder[key]
    elif change == "replace":
        holder[key] = deepcopy(draw.draw(st.sampled_from(JUNK)))
    elif isinstance(holder, dict):
        holder[draw.draw(st.sampled_from(NAMES))] = deepcopy(draw.draw(st.sampled_from(JUNK)))


@needs_specification
@settings(max_examples=4000, deadline=None)
@given(st.data())
def test_verdicts_are_the_official_ones(draw: st.DataObject) -> None:
    """However an example is broken, our schema and the published one agree on whether it is valid."""
    spec, path = draw.draw(st.sampled_from(CASES))
    document = _load(path)
    for _ in range(draw.draw(st.integers(1, 2))):
        _mutate(document, draw)
        if not document:
            break
    found = schema_problems(document, spec)
    assert (found == []) == _officially_valid(document, spec), (document, found)

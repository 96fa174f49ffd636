"""The schemas of custom events: read off the mappings, and true of all that these make."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema
import orjson
import pytest

from adapters import goldens, yamlfile
from adapters.cdevents.document import document
from adapters.cdevents.validation import problems
from adapters.cdevents.vocabulary import is_custom, specs
from adapters.mapping import custom, library
from adapters.model import CDEvent, Spec

AT = "https://ci.example.com/cdevents/"


@cache
def shipped() -> dict[str, custom.Schema]:
    """The schemas of all shipped mappings' custom events, by type."""
    return custom.schemas((library.document(library.find(name), {}) for name in library.shipped()), AT)


@cache
def made(mapping: str) -> list[CDEvent]:
    """The custom events of a mapping's examples."""
    suite = goldens.run(mapping)
    return [event for golden in suite.goldens for event in golden.events if is_custom(event.name)]


def custom_makers() -> list[str]:
    """The shipped mappings that write a custom type."""
    return [name for name in library.shipped() if custom.schemas([library.document(library.find(name), {})])]


@pytest.mark.parametrize("mapping", custom_makers())
def test_every_example_is_as_its_schema_says(mapping: str) -> None:
    """By the validator that others use, in each version of CDEvents; it names the schema, and is valid with that."""
    for event in made(mapping):
        schema = shipped()[event.name]
        for spec in specs(event.name):
            written = orjson.loads(orjson.dumps(document(event, spec, AT)))
            jsonschema.Draft202012Validator(schema).validate(written)
            assert written["context"]["schemaUri"] == schema["$id"]
            assert problems(written, spec) == []
            assert written["context"]["id"] == document(event, spec)["context"]["id"]


def test_every_schema_is_one() -> None:
    """Each is of one type, by which it is called, where it is published."""
    for type_, schema in shipped().items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"{AT}{type_}.json"


def of(content: str, more: str = "") -> Any:
    """The schema of the content of the only custom event of a mapping."""
    text = f"""
cdevents: 0.5.1
let: {{kind: "${{a | lower}}", around: {{it: "${{$kind}}"}}}}
rules:
  only:
    emit: dev.cdeventsx.tool-thing.seen.0.1.0
    id: [id]
    subject: {{id: "${{id}}", content: {content}}}
{more}"""
    [schema] = custom.schemas([yamlfile.parse(text, "m.yaml")]).values()
    assert "$id" not in schema
    return schema["properties"]["subject"]["properties"]["content"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{}", {"type": "object", "properties": {}}),
        ('{a: one, "b?": 2}', {"properties": {"a": {"const": "one"}, "b": {"const": 2}}, "required": ["a"]}),
        ('{a: "${x}", b: "${x} of ${y}"}', {"properties": {"a": {}, "b": {"type": "string"}}, "required": ["a", "b"]}),
        ('{a: "${x | int}"}', {"properties": {"a": {"type": "integer"}}, "required": ["a"]}),
        ('{a: "${x | times(2)}"}', {"properties": {"a": {"type": ["integer", "number"]}}, "required": ["a"]}),
        ('{a: "${x | int | default(b)}"}', {"properties": {"a": {}}, "required": ["a"]}),
        ('{a: "${$kind}"}', {"properties": {"a": {"type": "string"}}, "required": ["a"]}),
        ('{$$ref: "${$kind}"}', {"properties": {"$ref": {"type": "string"}}, "required": ["$ref"]}),
        (
            '{a: {$each: xs, as: x, value: "${x | string}"}}',
            {"properties": {"a": {"type": "array", "items": {"type": "string"}}}, "required": ["a"]},
        ),
        (
            "{a: {$if: {x: 1}, then: yes, else: no}}",
            {"properties": {"a": {"anyOf": [{"const": "yes"}, {"const": "no"}]}}, "required": ["a"]},
        ),
        ("{$merge: [{a: 1}, '${labels}']}", {}),
    ],
)
def test_what_is_written_is_what_is_said(content: str, expected: Any) -> None:
    """Names, constants, what a filter gives; what may be anything is not restricted."""
    assert of(content) == {"type": "object", **expected}


def test_one_type_of_several_rules_is_as_one_of_them() -> None:
    """Each says what it writes."""
    other = """  other:
    emit: dev.cdeventsx.tool-thing.seen.0.1.0
    id: [id]
    subject: {id: "${id}", content: {b: 1}}
"""
    found = of("{a: 1}", other)
    assert [list(each["properties"]) for each in found["anyOf"]] == [["a"], ["b"]]


def test_only_custom_events_name_a_schema() -> None:
    """And only in a version that has a place for it."""
    event = CDEvent("build.started", "id", "https://t/", "2026-01-01T00:00:00Z", "1", {})
    assert "schemaUri" not in document(event, Spec.V0_5_1, AT)["context"]

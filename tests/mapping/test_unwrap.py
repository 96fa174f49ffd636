"""An envelope is taken off a document before a mapping sees it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from adapters.mapping.input_settings import Input
from adapters.mapping.inputs import decoder

UNWRAPPED = decoder(Input.model_validate({"json": True, "unwrap": "body"}))
EVENT = {"type": "built", "parts": [1, 2]}


@pytest.mark.parametrize(
    "document",
    [EVENT, {"header": {"id": 7}, "body": EVENT}, {"header": {}, "body": orjson.dumps(EVENT).decode()}],
    ids=["no envelope", "an object", "text"],
)
def test_a_document_is_the_same_with_and_without_its_envelope(document: dict[str, Any]) -> None:
    """An object in the member, or the JSON of one, is the document; what has no such member is left as it is."""
    assert UNWRAPPED(orjson.dumps(document)) == [EVENT]


@pytest.mark.parametrize("document", [[EVENT], "built", {"body": None, "type": "built"}])
def test_what_is_no_envelope_is_left_as_it_is(document: Any) -> None:
    """A list, a text, or a member without a value."""
    assert UNWRAPPED(orjson.dumps(document)) == [document]


@pytest.mark.parametrize(
    ("body", "reason"),
    [("{", "has in 'body' what is not JSON: .+"), ("[1]", "has in 'body' something else than an object"), (7, ".+")],
)
def test_what_cannot_be_unwrapped_is_told(body: Any, reason: str) -> None:
    """Nothing is made of the envelope itself."""
    with pytest.raises(ValueError, match=reason):
        UNWRAPPED(orjson.dumps({"header": {}, "body": body}))


def test_each_line_has_its_own_envelope() -> None:
    """In `ndjson` some may have one and others not."""
    unwrapped = decoder(Input.model_validate({"ndjson": True, "unwrap": "body"}))
    assert unwrapped(b'{"body": {"a": 1}}\n{"a": 2}') == [{"a": 1}, {"a": 2}]


def test_only_json_is_unwrapped() -> None:
    """For lines of text it would mean nothing."""
    with pytest.raises(ValidationError, match="unwrap is for json and ndjson"):
        Input.model_validate({"lines": {"x": ".*"}, "unwrap": "body"})

"""CDEvents that others have made: known in every form, and taken as they are."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.cdevents.heard import cdevents
from adapters.model import Spec
from tests.checkout import SPECIFICATION, needs_specification

MERGED: dict[str, Any] = {
    "context": {
        "version": "0.3.0",
        "id": "1",
        "source": "/forge",
        "type": "dev.cdevents.change.merged.0.1.2",
        "timestamp": "2023-01-01T00:00:00Z",
    },
    "subject": {"id": "7", "type": "change", "content": {"repository": {"id": "shop"}}},
}
ENVELOPE = {"specversion": "1.0", "id": "1", "source": "/forge", "type": MERGED["context"]["type"]}
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ENVELOPE, *MERGED, "data"]), inner),
    max_leaves=20,
)


def without(path: str) -> dict[str, Any]:
    """The event without a member."""
    part, _, name = path.partition(".")
    return {**MERGED, part: {key: value for key, value in MERGED[part].items() if key != name}}


@pytest.mark.parametrize(
    "said",
    [
        MERGED,
        [MERGED],
        {**ENVELOPE, "data": MERGED},
        {**ENVELOPE, "data_base64": b64encode(orjson.dumps(MERGED)).decode()},
        [{**ENVELOPE, "data": MERGED}],
    ],
    ids=["bare", "bare batch", "structured", "base64", "batch"],
)
def test_an_event_is_found_in_every_form(said: Any) -> None:
    """Of a version that we do not make ourselves, too; not a member of it is changed or left out."""
    assert cdevents(orjson.dumps(said), {}) == ([MERGED], [])


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (without("context.id"), "context.id: is missing"),
        (without("context.timestamp"), "context.timestamp: is missing"),
        (without("subject.id"), "subject.id: is missing"),
        ({**MERGED, "subject": "7"}, "subject.id: is missing"),
        ({**MERGED, "subject": {"id": 7}}, "subject.id: 7 is not a text"),
        ({**MERGED, "context": {**MERGED["context"], "chainId": 7}}, "context.chainId: 7 is not a text"),
        ({**MERGED, "context": {**MERGED["context"], "source": ""}}, "context.source: '' is not a text"),
        (
            {**MERGED, "context": {**MERGED["context"], "type": "com.example.said"}},
            "context.type: 'com.example.said' is not a type of CDEvents",
        ),
        ({**ENVELOPE, "data": "text"}, "context.id: is missing"),
        ({**ENVELOPE, "data_base64": "!"}, "context.id: is missing"),
        (ENVELOPE, "context.id: is missing"),
        (7, "context.id: is missing"),
    ],
)
def test_what_no_event_can_be_without_is_named(said: Any, problem: str) -> None:
    """And does not stop the others of a batch."""
    assert cdevents(orjson.dumps([said, MERGED]), {}) == ([MERGED], [f"this is no CDEvent: {problem}"])


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_nothing_of_it(coding: str) -> None:
    """As tools on Windows write it."""
    assert cdevents(orjson.dumps([{**ENVELOPE, "data": MERGED}]).decode().encode(coding), {}) == ([MERGED], [])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff"])
def test_a_body_with_nothing_in_it_is_a_problem(body: bytes) -> None:
    """Nothing that was sent disappears without a word."""
    documents, [problem] = cdevents(body, {})
    assert documents == []
    assert problem.startswith("the body is not JSON")


@needs_specification
@pytest.mark.parametrize("spec", [Spec.V0_4_1, Spec.V0_5_1])
def test_every_official_example_is_taken_as_it_is(spec: Spec) -> None:
    """Those of both versions."""
    examples = sorted(Path(SPECIFICATION / f"v{spec}" / "conformance").glob("*.json"))
    assert examples
    for example in examples:
        assert cdevents(example.read_bytes(), {}) == ([orjson.loads(example.read_bytes())], [])


@given(said=JSON)
def test_anything_may_be_said(said: Any) -> None:
    """Each item is an event or a problem, whatever it is."""
    documents, problems = cdevents(orjson.dumps(said), {})
    count = len(said) if isinstance(said, list) else 1
    assert len(documents) + len(problems) == max(count, 1)

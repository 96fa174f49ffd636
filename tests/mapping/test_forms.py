"""Bodies of forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.input_settings import Input
from adapters.mapping.inputs import decoder
from adapters.urlencoded import FIELDS

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def decode(form: str | bool, body: bytes, **others: Any) -> Any:
    """The only document of a body."""
    [document] = decoder(Input.model_validate({"form": form, **others}))(body)
    return document


@given(st.dictionaries(TEXT, TEXT | st.lists(TEXT, min_size=2, max_size=4), min_size=1))
def test_fields_are_what_was_encoded(fields: dict[str, Any]) -> None:
    """Whatever is in names and values; what is repeated is a list, in order."""
    assert decode(True, urlencode(fields, doseq=True).encode()) == fields


@given(st.dictionaries(TEXT, st.integers(-(2**53), 2**53) | TEXT))
def test_a_field_holds_json(payload: dict[str, Any]) -> None:
    """What GitHub and Travis send: the document is the field's, and other fields are nothing."""
    body = urlencode({"signature": "{", "payload": orjson.dumps(payload)}).encode()
    assert decode("payload", body) == payload


def test_a_byte_order_mark_is_no_part_of_the_first_name() -> None:
    """As tools on Windows write it."""
    assert decode("payload", b"\xef\xbb\xbfpayload={}") == {}


def test_a_form_is_told_from_json_and_xml_by_its_body() -> None:
    """Where a tool can be set to send either, whatever content type it claims."""
    both = {"json": True, "xml": {}}
    assert decode("payload", b"payload=%7B%22a%22%3A+1%7D", **both) == {"a": 1}
    assert decode("payload", b'\n {"a": "b=c"}', **both) == {"a": "b=c"}
    assert decode("payload", b"<r><a>1</a></r>", **both) == {"a": "1"}


def test_fields_without_a_value_are_empty() -> None:
    """As a browser sends what was left blank; an empty pair is nothing."""
    assert decode(True, b"a=&b&&c=1+2&") == {"a": "", "b": "", "c": "1 2"}


@pytest.mark.parametrize(
    ("form", "body", "reason"),
    [
        (True, b"hello", "is not a form of name=value"),
        (True, b'{"a": "b=c"}', "is not a form of name=value"),
        (True, b"a=%ff", "is not a form in UTF-8"),
        (True, b"a=\xff", "is not a form in UTF-8"),
        (True, b'--x1\r\nContent-Disposition: form-data; name="a"\r\n\r\n{}\r\n--x1--', "is multipart/form-data: "),
        (True, b"a=100%", "'%' is no escape"),
        (True, b"a=%zz", "'%zz' is no escape"),
        (True, b"a=1&" * FIELDS + b"b=1", f"more than {FIELDS} fields"),
        ("payload", b"other=1", "without the field 'payload'"),
        ("payload", b"payload=1&payload=2", "the field 'payload' more than once"),
        ("payload", b"payload=%7B", "whose field 'payload' is not JSON"),
    ],
)
def test_what_is_no_such_form_says_why(form: str | bool, body: bytes, reason: str) -> None:
    """Nothing is made up of what is not there."""
    with pytest.raises(ValueError, match=reason):
        decode(form, body)


def test_json_that_is_not_is_said_to_be_bad_json() -> None:
    """Where both are possible, the body's beginning decides what the reason is about."""
    with pytest.raises(ValueError, match="is not JSON"):
        decode("payload", b'{"a": ', json=True)

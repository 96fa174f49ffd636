"""Forms, whatever is in them."""

from __future__ import annotations

import tracemalloc
from urllib.parse import parse_qsl, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.urlencoded import FIELDS, pairs, plain


@given(st.lists(st.tuples(st.text(min_size=1), st.text()), max_size=20))
def test_what_was_encoded_is_read(fields: list[tuple[str, str]]) -> None:
    """As the standard library reads it, and in its order, with what is there twice."""
    body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in fields)
    found = [(name.decode(), value.decode()) for name, value in pairs(body.encode())]
    assert found == fields
    assert found == parse_qsl(body, keep_blank_values=True)


@pytest.mark.parametrize("before", range(4))
def test_an_escape_is_whole_wherever_it_stands(before: int) -> None:
    """However long the text is, in which pieces it is decoded."""
    text = b"x" * before + b"%7B" * 100_000
    assert plain(text) == b"x" * before + b"{" * 100_000


def test_what_is_no_escape_stays() -> None:
    """At the end of a text, too."""
    assert plain(b"100%+%zz%4") == b"100% %zz%4"


def test_too_many_fields_are_refused() -> None:
    """Before there are objects of them."""
    assert len(pairs(b"a=1&" * (FIELDS - 1))) == FIELDS - 1
    with pytest.raises(ValueError, match="more than 1000 fields"):
        pairs(b"a=1&" * FIELDS)


def test_a_value_of_escapes_takes_little_more_than_its_bytes() -> None:
    """Who may not post at all sends forms, too: they are read before their signature is known."""
    body = b"payload=" + b"%7B" * 1_000_000
    tracemalloc.start()
    try:
        pairs(body)
        assert tracemalloc.get_traced_memory()[1] < 8 * len(body)
    finally:
        tracemalloc.stop()

"""Records of logfmt and CSV."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.mapping.input_settings import Input
from adapters.mapping.inputs import decoder
from adapters.mapping.scope import Enveloped
from tests.enveloped import ENVELOPES, cri, docker, enveloped

WORD = st.from_regex(r"[a-z][a-z0-9_.]{0,8}", fullmatch=True)
CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9)


def logfmt(body: bytes) -> list[Any]:
    """The documents of a body."""
    return decoder(Input.model_validate({"logfmt": True}))(body)


def table(body: bytes, **settings: Any) -> list[Any]:
    """The rows of a body."""
    return decoder(Input.model_validate({"csv": settings}))(body)


def written(rows: list[list[str]], delimiter: str = ",") -> bytes:
    """Rows as Python's own writer has them."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


@given(st.dictionaries(WORD, st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_logfmt_fields_are_what_was_written(fields: dict[str, str]) -> None:
    """Whatever is in a value, quoted with the escapes of JSON."""
    line = " ".join(f"{key}={_quoted(value)}" for key, value in fields.items())
    assert logfmt(line.encode()) == [fields]


def _quoted(value: str) -> str:
    escaped = re.sub(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029]', lambda found: f"\\u{ord(found[0]):04x}", value)
    return f'"{escaped}"'


def test_logfmt() -> None:
    """Plain and quoted values, keys alone, keys that are repeated, and the escapes of Go and JSON."""
    line = rb'ts=1 msg="a \"b\" \\ \n\x1b\u00e4\U0001f600\ud83d\ude00" url=/x?a=b&c done err= tag=1 tag=2'
    assert logfmt(b"\n" + line + b"  \r\n\n") == [
        {
            "ts": "1",
            "msg": 'a "b" \\ \n\x1bä😀😀',
            "url": "/x?a=b&c",
            "done": True,
            "err": "",
            "tag": ["1", "2"],
        }
    ]


@pytest.mark.parametrize("line", ["listening on :80", 'a="b', 'a="b"c', 'a=b"c"', "=a", 'a=1 "b"'])
def test_what_is_not_logfmt_is_only_a_line(line: str) -> None:
    """So that no rule fires, and the records beside it are told."""
    assert logfmt(f"a=1\n{line}\nb=2".encode()) == [{"a": "1"}, {"line": line}, {"b": "2"}]


@given(
    st.lists(WORD, min_size=1, max_size=4, unique=True),
    st.lists(st.lists(CELL.filter(bool), min_size=4, max_size=4), min_size=1),
    st.sampled_from(",;\t|"),
)
def test_csv_rows_are_what_was_written(columns: list[str], rows: list[list[str]], delimiter: str) -> None:
    """With a header, or with columns that are given, of which a header in the middle is no row."""
    cells = [row[: len(columns)] for row in rows if row[: len(columns)] != columns]
    expected = [dict(zip(columns, row, strict=True)) for row in cells]
    with_header = written([columns, *cells], delimiter)
    if expected:
        assert table(with_header, delimiter=delimiter) == expected
    assert table(with_header + written([columns], delimiter), delimiter=delimiter, columns=columns) == expected


def test_a_cell_may_have_lines() -> None:
    """In quotes; the numbers of lines go on with those of the body."""
    body = b'a,b\r\n1,"x\r\ny"\r\n\r\n2,""\r\n'
    assert table(body) == [{"a": "1", "b": "x\ny"}, {"a": "2", "b": ""}]
    with pytest.raises(ValueError, match="line 6"):
        table(body + b"3\n")


@pytest.mark.parametrize(
    ("body", "settings", "reason"),
    [
        (b"a,b\n1,2\n3", {}, "in line 3: 2 cells are expected, not 1"),
        (b"1,2,3", {"columns": ["a", "b"]}, "in line 1: 2 cells are expected, not 3"),
        (b"a,a\n1,2", {}, "the column 'a' twice in line 1"),
        (b"a,b", {}, "name the columns"),
        (b'a,b\n1,"2', {}, "is not CSV in line 2: "),
        (b'a,b\n1,"2"3', {}, "is not CSV in line 2: "),
        (b"a,b\n1,\xff", {}, "is not UTF-8 in line 2: "),
    ],
)
def test_bad_csv_names_its_line(body: bytes, settings: dict[str, Any], reason: str) -> None:
    """A row with a cell too few is not guessed at."""
    with pytest.raises(ValueError, match=reason):
        table(body, **settings)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"csv": {"columns": ["a", "a"]}}, "a column is named twice"),
        ({"csv": {"delimiter": ""}}, "a delimiter is one character"),
        ({"csv": {"delimiter": ";;"}}, "a delimiter is one character"),
        ({"csv": {"delimiter": '"'}}, "neither a quote nor the end of a line"),
        ({"csv": {"delimiter": "\n"}}, "neither a quote nor the end of a line"),
        ({"csv": {}, "logfmt": True}, "one of ndjson, logfmt, csv and lines"),
        ({"json": True, "envelope": "docker"}, "envelope is for lines, ndjson, logfmt and csv"),
        ({"logfmt": True, "record_start": "x"}, "record_start is for lines"),
        ({"form": ""}, "form"),
        ({}, "input is json, form, xml"),
    ],
)
def test_what_goes_together(given: dict[str, Any], reason: str) -> None:
    """An input is of one kind."""
    with pytest.raises(ValidationError, match=reason):
        Input.model_validate(given)


@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize(
    ("settings", "body"),
    [
        ({"ndjson": True}, b'{"a": "a text that is longer than a piece"}\n\n[1]'),
        ({"logfmt": True}, b'a=1 b="a text that is longer than a piece"\nc=1'),
        ({"csv": {}}, b'a,b\n1,a text that is longer than a piece\n2,""'),
        ({"lines": {"x": "(?P<a>[a-z]+) (?P<rest>.*)"}}, b"a text that is longer than a piece\n\nother"),
    ],
)
def test_every_format_of_lines_may_be_in_an_envelope(settings: dict[str, Any], body: bytes, envelope: str) -> None:
    """The same documents, and beside them what the envelope says."""
    decode = decoder(Input.model_validate(settings))
    found = decode(enveloped(envelope, body))
    assert all(isinstance(each, Enveloped) and each.said["kind"] for each in found)
    assert [each.document for each in found] == decode(body)


def test_a_broken_line_in_an_envelope_is_named_by_where_it_begins() -> None:
    """By the number that it has in the body, in which one line may be several."""
    decode = decoder(Input.model_validate({"ndjson": True}))
    lines = [*docker("[1, 2, 3, 4, 5, 6, 7]"), *cri("{")]
    with pytest.raises(ValueError, match=f"is not JSON in line {len(lines)}: "):
        decode(b"\n".join(lines))

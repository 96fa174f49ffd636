"""From bytes to records."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping import Framing
from adapters.model import STUB
from adapters.sources.tail.records import Shape
from tests.enveloped import ENVELOPES, docker, enveloped


def bodies(shape: Shape, data: bytes, **flags: bool) -> list[bytes]:
    """The records of some bytes that begin a file."""
    return [found.body for found in shape.cut(data, 0, **flags).records]


def test_lines() -> None:
    """A line is what is between newlines, without its carriage return; blank ones are nothing."""
    cut = Shape().cut(b"one\r\n\n \t\ntwo\nrest", 100)
    assert cut.records == [(100, b"one", None), (109, b"two", None)]
    assert (cut.consumed, cut.skipping) == (13, False)


def test_rest_without_newline() -> None:
    """What has no newline waits, until nothing more will come."""
    assert bodies(Shape(), b"one\ntwo") == [b"one"]
    assert Shape().cut(b"one\ntwo", 0, ended=True).consumed == 7
    assert bodies(Shape(), b"one\ntwo", ended=True) == [b"one", b"two"]


def test_utf8_is_not_touched() -> None:
    """Bytes that are UTF-8, or should be and are not, stay what they are; a byte order mark is no part of the text."""
    assert bodies(Shape(), b"\xef\xbb\xbfJ\xc3\xbcri\n\xff\xfe\x80\n") == [b"J\xc3\xbcri", b"\xff\xfe\x80"]


ARROW = "one\r\n\ntwo \N{RIGHTWARDS ARROW}\n"
UMLAUT = "one\r\n\ntwo \xfc\n"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("latin-1", UMLAUT),
        ("utf-16-le", ARROW),
        ("utf-16-be", ARROW),
        ("utf-32-le", ARROW),
        ("shift_jis", ARROW),
        ("gb18030", ARROW),
        ("cp037", UMLAUT),
    ],
)
def test_character_sets(encoding: str, text: str) -> None:
    """Text in another character set comes in UTF-8; offsets stay those of the bytes."""
    cut = Shape(encoding).cut(text.encode(encoding) + "x".encode(encoding), 0)
    assert [each.body.decode() for each in cut.records] == ["one", text.split("\n")[2]]
    assert cut.consumed == len(text.encode(encoding))
    assert cut.records[1].offset == len("one\r\n\n".encode(encoding))


def test_wide_newline_is_at_a_whole_character() -> None:
    """Two halves of two characters are no newline."""
    text = "\N{GREEK CAPITAL LETTER ALPHA WITH PSILI AND PERISPOMENI}\u0a00\u000a"
    assert [each.decode() for each in bodies(Shape("utf-16-be"), text.encode("utf-16-be"))] == [text[:-1]]


def test_byte_order_mark_of_utf16() -> None:
    """The mark at the beginning is no part of the first line."""
    assert bodies(Shape("utf-16-le"), "\N{BOM}one\n".encode("utf-16-le")) == [b"one"]


def test_too_long_line() -> None:
    """Of a line that is too long a stub comes at once; the rest is skipped up to its newline, which may never come."""
    shape = Shape(max_line=STUB * 2)
    data = b"before\n" + b"x" * shape.enough
    first = shape.cut(data, 0)
    assert [(each.offset, len(each.body)) for each in first.records] == [(0, 6), (7, STUB)]
    assert [each.size for each in first.records] == [None, shape.enough]
    assert (first.consumed, first.skipping) == (len(data), True)
    second = shape.cut(b"y" * 1000, len(data), skipping=True)
    assert (second.records, second.consumed, second.skipping) == ([], 1000, True)
    last = shape.cut(b"end\nafter\n", len(data) + 1000, skipping=True)
    assert (last.records, last.skipping) == ([(len(data) + 1004, b"after", None)], False)


def test_too_long_line_that_ends_in_time() -> None:
    """A line that is longer than allowed is cut, whether its newline is there or not."""
    [record] = Shape(max_line=1024).cut(b"x" * 3000 + b"\n", 0).records
    assert record == (0, b"x" * 3000, 3000)


def test_hole() -> None:
    """Zeroes before a line, which a file has where nothing was written, are skipped, however many there are."""
    shape = Shape(max_line=1024)
    assert shape.cut(b"\0" * 100 + b"one\n", 0).records == [(0, b"one", None)]
    cut = shape.cut(b"\0" * 5000, 0)
    assert (cut.records, cut.consumed, cut.skipping) == ([], 5000, False)


STARTS = Shape(framing=Framing("none", r"\d"))


def test_record_of_several_lines() -> None:
    """A record is from a line that begins one to the next that does; the last one waits for more."""
    cut = STARTS.cut(b"1 error\n  at a\n\n  at b\n2 next\n", 0)
    assert (cut.records, cut.consumed) == ([(0, b"1 error\n  at a\n\n  at b", None)], 23)


def test_quiet_record() -> None:
    """The last record comes when no line has followed for a while; a line without its end still waits."""
    cut = STARTS.cut(b"1 error\n  at a\n  at", 0, quiet=True)
    assert (cut.records, cut.consumed) == ([(0, b"1 error\n  at a", None)], 15)
    assert bodies(STARTS, b"1 error\n  at a\n  at", ended=True) == [b"1 error\n  at a\n  at"]


def test_lines_before_the_first_start() -> None:
    """Lines that belong to nothing are a record of their own."""
    assert bodies(STARTS, b"rest\nof it\n1\n2\n") == [b"rest\nof it", b"1"]


@given(st.binary(max_size=200).map(lambda each: each.replace(b"\r", b"").replace(b"\0", b"")), st.data())
def test_pieces_give_what_the_whole_gives(data: bytes, draw: st.DataObject) -> None:
    """Wherever the bytes are cut, the records and their offsets are the same."""
    whole = Shape().cut(data, 0, ended=True).records
    pieces, at, end = [], 0, 0
    while end < len(data):
        end = draw.draw(st.integers(end + 1, len(data)))
        cut = Shape().cut(data[at:end], at, ended=end == len(data))
        pieces += cut.records
        at += cut.consumed
    assert pieces == whole


@given(st.binary(max_size=500), st.sampled_from(["utf-8", "utf-16-le", "latin-1"]), st.booleans(), st.booleans())
def test_any_bytes(data: bytes, encoding: str, ended: bool, skipping: bool) -> None:
    """No bytes make it fail, and what is dealt with never exceeds what there is."""
    cut = Shape(encoding, framing=Framing(start="a")).cut(data, 0, ended=ended, skipping=skipping)
    assert 0 <= cut.consumed <= len(data)
    assert not ended or cut.consumed == len(data)


@given(
    st.lists(st.text("ab 1", max_size=60), min_size=1, max_size=8),
    st.sampled_from([*ENVELOPES]),
    st.sampled_from([None, "1"]),
    st.sampled_from(["utf-8", "utf-16-le"]),
    st.data(),
)
def test_records_in_envelopes_stay_whole(
    lines: list[str], envelope: str, start: str | None, encoding: str, draw: st.DataObject
) -> None:
    """However a log comes in, what is one record in it is one here: pieces of a line, and lines of a record."""
    framing = Framing(start=start)
    log = enveloped(envelope, "\n".join(lines).encode()) + b"\n"
    data = log.decode().encode(encoding)
    shape = Shape(encoding, framing=framing)
    found: list[bytes] = []
    at = end = 0
    while end < len(data):
        end = draw.draw(st.integers(end + 1, len(data)))
        cut = shape.cut(data[at:end], at, quiet=end == len(data))
        found += [each.body for each in cut.records]
        at += cut.consumed
    records = [[text for text, _, _ in framing.records(body)] for body in found]
    assert [text for (text,) in records] == [text for text, _, _ in framing.records(log.removesuffix(b"\n"))]


def test_plain_lines_are_never_held_back() -> None:
    """Only where a piece of a line came last, its rest is waited for."""
    first, *rest = docker("x" * 40)
    shape = Shape(framing=Framing())
    assert shape.cut(b"plain\n" + first + b"\n", 0).records == [(0, b"plain", None)]
    [_, record] = shape.cut(b"plain\n" + b"\n".join([first, *rest]) + b"\n", 0).records
    assert record.body == b"\n".join([first, *rest])

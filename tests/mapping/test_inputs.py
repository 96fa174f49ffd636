"""What tools send, as documents."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.mapping import inputs
from adapters.mapping.framing import Framing
from adapters.mapping.input_settings import Input
from adapters.mapping.inputs import Decoder, decoder
from adapters.mapping.xml import XmlShape, parse

SHAPE = XmlShape(lists=frozenset({"build.changes"}), maps=frozenset({"build.parameters"}), snake_case=True)

JOB = b"""<?xml version='1.1' encoding='UTF-8'?>
<job>
  <displayName>shop &lt;api&gt;</displayName>
  <build plugin="x@1">
    <fullUrl/>
    <log>a &#x1b;[8mha:AAAA&#27;[0m b&#10;</log>
    <changes><string>a</string></changes>
    <parameters>
      <entry><string>K</string><string>v</string></entry>
      <entry><string>M</string><map><entry><string>i</string><string>j</string></entry></map></entry>
    </parameters>
    <node>1</node><node>2</node>
  </build>
</job>
"""

EVERY_INPUT = [
    *map(
        Input.model_validate,
        (
            {"json": True},
            {"form": True},
            {"json": True, "form": "payload", "xml": {}},
            {"ndjson": True},
            {"logfmt": True},
            {"csv": {}},
            {"csv": {"delimiter": ";", "columns": ["a", "b"]}},
            {"lines": {"x": r"(?P<a>.*)"}},
            {"lines": {"x": r"(?P<a>.*)"}, "record_start": "a"},
        ),
    )
]

ndjson = inputs.ndjson(Framing())


def lines(patterns: dict[str, str], record_start: str | None = None) -> Decoder:
    """A decoder of lines."""
    return inputs.lines(patterns, Framing(start=record_start))


def test_xml_becomes_the_object_that_json_would_be() -> None:
    """Names, lists and maps are made plain; control characters that XML forbids are dropped, not fatal."""
    assert parse(JOB, SHAPE) == {
        "display_name": "shop <api>",
        "build": {
            "full_url": "",
            "log": "a [8mha:AAAA[0m b\n",
            "changes": ["a"],
            "parameters": {"K": "v", "M": {"i": "j"}},
            "node": ["1", "2"],
        },
    }


def test_empty_xml_list_and_map_stay_what_they_are() -> None:
    """A declared list or map without items is empty, not text."""
    assert parse(b"<job><build><changes/><parameters/></build></job>", SHAPE) == {
        "build": {"changes": [], "parameters": {}}
    }


def test_attributes_are_members_beside_children_and_text() -> None:
    """On request; an element that has none is what it is without."""
    body = b'<suite fullName="a"><case n="1"/><case n="2"> text </case><case>plain</case><note/></suite>'
    assert parse(body, XmlShape(attributes=True, snake_case=True)) == {
        "@full_name": "a",
        "case": [{"@n": "1"}, {"@n": "2", "#text": "text"}, "plain"],
        "note": "",
    }


def test_what_may_be_repeated_is_a_list_even_of_one() -> None:
    """So that a mapping need not know how many there are; what is not there is not made up."""
    shape = XmlShape(repeated=frozenset({"case", "group.case"}))
    assert parse(b"<r><case>1</case><group><case>2</case></group></r>", shape) == {
        "case": ["1"],
        "group": {"case": ["2"]},
    }
    assert parse(b"<r><other>1</other></r>", shape) == {"other": "1"}


def test_each_element_of_a_name_is_a_document() -> None:
    """At whatever depth, the root too, in order; what is inside another is not told twice."""
    decode = decoder(Input.model_validate({"xml": {"each": "s", "attributes": True, "repeated": ["t"]}}))
    found = decode(b'<s n="1"><s n="2"><t>a</t></s><t>b</t><x><s n="3"/></x></s>')
    assert [each.document for each in found] == [
        {"@n": "1", "t": ["b"], "x": {}},
        {"@n": "2", "t": ["a"]},
        {"@n": "3"},
    ]
    with pytest.raises(ValueError, match="without a <s>"):
        decode(b"<other/>")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is not XML"),
        (b"<a>", "is not XML"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "is not XML"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "with entities in its DTD, which are refused"),
        (b'<!DOCTYPE a [<!ENTITY % b SYSTEM "file:///etc/passwd"> %b;]><a/>', "with entities in its DTD"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"), "is "),
        (
            '<?xml version="1.0" encoding="cp037"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("cp037"),
            "is not XML",
        ),
        (b'\xef\xbb\xbf<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "with entities in its DTD"),
        (b"<a>" * 500 + b"</a>" * 500, "nested deeper than 100"),
    ],
)
def test_bad_xml_is_a_reason(body: bytes, reason: str) -> None:
    """What cannot be read says why, without a traceback or a file opened."""
    with pytest.raises(ValueError, match=reason):
        parse(body, XmlShape())


@given(st.binary(max_size=200))
def test_no_bytes_break_a_decoder(body: bytes) -> None:
    """Any bytes are documents or a ValueError, in every format."""
    for decode in map(decoder, EVERY_INPUT):
        try:
            assert isinstance(decode(body), list)
        except ValueError as error:
            assert str(error).startswith("is ")


def test_json_or_xml_is_told_by_the_first_character() -> None:
    """A mapping of both formats reads each as what it is."""
    decode = decoder(Input.model_validate({"json": True, "xml": {}}))
    assert decode(b' {"a": 1}') == [{"a": 1}]
    assert decode(b"\n<r><a>1</a></r>") == [{"a": "1"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_mark_at_the_beginning_is_no_character(encoding: str) -> None:
    """A body is read in the encoding that its byte order mark says, in every format."""
    decode = decoder(Input.model_validate({"json": True, "xml": {}}))
    assert decode('{"a": "é"}'.encode(encoding)) == decode("<r><a>é</a></r>".encode(encoding)) == [{"a": "é"}]
    assert decoder(Input.model_validate({"lines": {"x": "(?P<a>é)"}}))("é\r\n".encode(encoding)) == [
        {"line": "é", "pattern": "x", "a": "é"}
    ]


def test_ndjson_is_a_document_a_line() -> None:
    """Blank lines and white space around a document mean nothing; a broken line names itself."""
    assert ndjson(b'{"a": 1}\r\n\n\t{"a": 2}') == [{"a": 1}, {"a": 2}]
    with pytest.raises(ValueError, match="line 3"):
        ndjson(b'{"a": 1}\n\n{"a": ')


def test_lines_are_named_groups_of_the_first_pattern_that_matches() -> None:
    """A line gives its groups and the pattern's name; one that none matches gives only itself."""
    decode = lines({"push": r"PUT (?P<path>\S+)(?: (?P<by>\w+))?", "any": r"(?P<verb>[A-Z]+) "})
    assert decode(b"PUT /a joe\r\nGET /b\n\nPUT /c\nnothing\xff here") == [
        {"line": "PUT /a joe", "pattern": "push", "path": "/a", "by": "joe"},
        {"line": "GET /b", "pattern": "any", "verb": "GET"},
        {"line": "PUT /c", "pattern": "push", "path": "/c"},
        {"line": "nothing� here"},
    ]


def test_lines_up_to_the_next_record_start_are_one() -> None:
    """A record of several lines is matched as one text, without the newline at its end."""
    decode = lines({"two": r"(?P<date>\d+) (?P<name>\w+)\n(?P<level>[A-Z]+): (?P<text>[^\n]*)"}, r"\d")
    assert decode(b"rest\n1 run\r\nINFO: done\n  at x\n\n2 \n") == [
        {"line": "rest"},
        {
            "line": "1 run\nINFO: done\n  at x",
            "pattern": "two",
            "date": "1",
            "name": "run",
            "level": "INFO",
            "text": "done",
        },
        {"line": "2 "},
    ]


def test_record_start_is_of_lines_only() -> None:
    """A mapping of JSON has no lines that could begin a record."""
    with pytest.raises(ValidationError, match="record_start is for lines"):
        Input.model_validate({"json": True, "record_start": "x"})


def test_pattern_that_would_hang_other_engines_does_not() -> None:
    """Patterns run in time linear to the line, whatever they are."""
    assert lines({"x": r"(?P<a>(a+)+)b"})(b"a" * 100_000) == [{"line": "a" * 100_000}]


def test_patterns_that_are_too_large_together_still_match() -> None:
    """Many large patterns are tried one after the other, with the same outcome."""
    patterns = {f"p{number}": f"(?:[a-z]{{1,500}} ){{2}}[0-9]{{1,400}} (?P<rest>{number})$" for number in range(200)}
    assert lines(patterns)(b"abc def 1 150") == [{"line": "abc def 1 150", "pattern": "p150", "rest": "150"}]


@given(
    st.lists(st.sampled_from(["a", "ab", "a*b", "(?P<x>b)", "^a$", "", "[^a]", "b.*a"]), unique=True), st.text("ab\n")
)
def test_one_pass_finds_the_pattern_that_each_alone_would(patterns: list[str], text: str) -> None:
    """The first pattern that matches a line is found, as if they were tried in order."""
    named = {f"p{number}": pattern for number, pattern in enumerate(patterns)}
    for line in lines(named)(text.encode()):
        first = next((name for name, each in named.items() if re2.match(each, line["line"])), None)
        assert line.get("pattern") == first


def test_documents_that_are_alike_are_numbered() -> None:
    """From the second on, beside what their envelopes say; the first, and what is no object, stay as they are."""
    decode = decoder(Input.model_validate({"xml": {"each": "s", "attributes": True}, "alike": ["@n", "@t"]}))
    found = decode(b"<r><s n='1'/><s n='2'><s n='1'/></s><s n='1' t='x'/></r>")
    assert [said.get("nth") for _, said in found] == [None, None, 2, None]
    assert found[2].said["around"] == [{"@n": "2"}]

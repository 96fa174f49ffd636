"""XML as real tools write it."""

import pytest

from adapters.mapping.xml import XmlShape, documents, parse


@pytest.mark.parametrize(
    "body",
    [
        b"<a>gr\xc3\xbc\xc3\x9fe \xe2\x82\xac</a>",
        b"\xef\xbb\xbf<a>gr\xc3\xbc\xc3\x9fe \xe2\x82\xac</a>",
        b"<a>gr\xfc\xdfe \x80</a>",  # of Windows, and not declared
        b"<?xml version='1.0' encoding='UTF-8'?><a>gr\xfc\xdfe \x80</a>",  # or as something else
        b"<?xml version='1.0' encoding='ascii'?><a>gr\xc3\xbc\xdfe \x80</a>",  # or in part
        b"<?xml version='1.0' encoding='windows-1252'?><a>gr\xfc\xdfe \x80</a>",
        b"<?xml version='1.0' encoding='iso-8859-15'?>\n<a>gr\xfc\xdfe \xa4</a>",
        "<?xml version='1.0' encoding='utf-16'?><a>grüße €</a>".encode("utf-16"),
        "<?xml version='1.0' encoding='utf-16'?><a>grüße €</a>".encode("utf-16-be"),
        "<a>grüße €</a>".encode("utf-16-le"),
        "\ufeff<?xml version='1.0' encoding='utf-8'?><a>grüße €</a>".encode("utf-16-be"),
        "<?xml version='1.0' encoding='utf-16'?><a>grüße €</a>".encode(),  # as .NET declares
    ],
)
def test_xml_is_read_in_the_encoding_that_it_is_in(body: bytes) -> None:
    """Whatever it says of itself."""
    assert parse(body, XmlShape()) == "grüße €"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a&#x1b;&#27;&#xFFFE;&#65535;\ufffe\x07b", "ab"),
        ("a&#xD83D;&#xde00;&#55357;&#56832;b", "a\U0001f600\U0001f600b"),
        ("a&#xD83D;b&#56832;&#55357;", "ab"),
        ("a&#0;&#x110000;&#9999999999;b", "ab"),
        ("&#60;b&#38;&#x3E;&#10;&#13;", "<b&>\n\r"),
    ],
)
def test_what_xml_cannot_have_is_dropped(text: str, read: str) -> None:
    """Written out or as a reference, and nothing else; two halves of a character are it."""
    assert parse(f"<a>{text}</a>".encode(), XmlShape()) == read


@pytest.mark.parametrize("doctype", ["<!DOCTYPE a>", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>", "<!DOCTYPE a []>"])
def test_a_doctype_says_nothing(doctype: str) -> None:
    """It is passed over, and what it points at is not opened."""
    assert parse(f"<?xml version='1.0'?>{doctype}<a>b</a>".encode(), XmlShape()) == "b"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("R&D", "R&D"),
        ("a && b &amp; c &#38;", "a && b & c &"),
        ("&nbsp;&eacute;", "&nbsp;&eacute;"),
        ("x & <![CDATA[y & z &amp;]]>", "x & y & z &amp;"),
    ],
)
def test_an_ampersand_may_stand_for_itself(written: str, read: str) -> None:
    """Where tools have forgotten to escape it; what is right elsewhere stays as it is."""
    assert parse(f"<a>{written}</a>".encode(), XmlShape()) == read


def test_what_else_is_wrong_is_told_where_it_is() -> None:
    """In the text as it came, with its ampersands."""
    with pytest.raises(ValueError, match="mismatched tag: line 1, column 12"):
        parse(b"<a>R&amp;D</b>", XmlShape())
    with pytest.raises(ValueError, match=r"invalid token.*: line 1, column 5"):
        parse(b"<a>R&</b>", XmlShape())


def test_elements_have_local_names() -> None:
    """Whether their namespace is the default or has a prefix; an attribute keeps its own."""
    shape = XmlShape(attributes=True, each="s")
    assert documents(b"<r xmlns='urn:a'><s n='1'><t/></s></r>", shape) == [({"@n": "1", "t": ""}, {"around": []})]
    assert documents(b"<x:r xmlns:x='urn:a'><x:s n='1' x:n='2'><x:t/></x:s></x:r>", shape) == [
        ({"@n": "1", "@{urn:a}n": "2", "t": ""}, {"around": []})
    ]


def test_documents_may_know_those_around_them() -> None:
    """The outermost first, and each without the others."""
    shape = XmlShape(attributes=True, each="s", repeated=frozenset({"t"}))
    first, second = {"@n": "1", "t": [""]}, {"@n": "2", "x": {}}
    assert documents(b"<s n='1'><t/><s n='2'><x><s n='3'/></x></s></s>", shape) == [
        (first, {"around": []}),
        (second, {"around": [first]}),
        ({"@n": "3"}, {"around": [first, second]}),
    ]


def test_a_root_may_be_empty_by_name() -> None:
    """Then there are no documents; any other XML without one, or with something else, is of another kind."""
    shape = XmlShape(attributes=True, each="s", none_in=frozenset({"r"}))
    assert documents(b"<r/>", shape) == []
    with pytest.raises(ValueError, match="without a <s>"):
        documents(b"<html/>", shape)
    with pytest.raises(ValueError, match="without a <s>"):
        documents(b"<r><t/></r>", shape)


def test_documents_in_documents_have_a_limit() -> None:
    """Of depth, as all elements have."""
    with pytest.raises(ValueError, match="nested deeper"):
        documents(b"<s>" * 500 + b"</s>" * 500, XmlShape(each="s"))


def test_maps_in_maps_have_the_bound_of_elements() -> None:
    """However many: what is refused is told, and does not end the process."""
    body = "<entry><string>a</string><map>" * 20_000 + "</map></entry>" * 20_000
    with pytest.raises(ValueError, match="nested deeper"):
        parse(f"<build><parameters>{body}</parameters></build>".encode(), XmlShape(maps=["parameters"]))


@pytest.mark.parametrize("values", [["a"], ["a", "b"], []])
def test_a_list_in_a_map_is_a_list(values: list[str]) -> None:
    """Also of one, as in JSON."""
    listed = "".join(f"<string>{value}</string>" for value in values)
    body = f"<build><files><entry><string>x</string><list>{listed}</list></entry></files></build>"
    assert parse(body.encode(), XmlShape(maps=["files"])) == {"files": {"x": values}}


def test_a_dtd_that_is_elsewhere_is_not_opened() -> None:
    """A reference that it might have explained is the text that it is written as."""
    assert parse(b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a>&b;</a>', XmlShape()) == "&b;"

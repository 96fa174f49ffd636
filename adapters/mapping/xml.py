"""XML as JSON-like values, so that one mapping reads both.

An element with children is an object, a repeated child a list, anything else text. Attributes are left out unless they
are asked for: then they are members `@name`, beside which text is a member `#text`, as xmltodict has them. What real
tools send is read, not what XML 1.0 allows: control characters and references to them are dropped, a 1.1 header is read
as 1.0. Entities, DTDs and external references are refused (defusedxml).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_BAD_REFERENCE = re.compile(rb"&#(?:x0*(?:[0-8bcef]|1[0-9a-f])|0*(?:[0-8]|1[124-9]|2\d|3[01]));", re.IGNORECASE)
_BAD_BYTE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_VERSION = re.compile(rb"""^\s*<\?xml\s+version\s*=\s*["']1\.1["']""")
_PROLOG = re.compile(rb"<\?xml[^>]*>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([^"']*)""")
_ASCII_BASED = frozenset({b"utf-8", b"us-ascii", b"ascii", b"iso-8859-1"})
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class XmlShape:
    """What XML cannot say of itself: which dotted paths are lists or maps (XStream's `<entry>` pairs), which are lists
    even of one (`repeated`), and how names are written. With `each`, every element of that name, at whatever depth, is
    a document of its own, and left out of those around it; paths are from there.
    """

    lists: Collection[str] = field(default_factory=frozenset)
    maps: Collection[str] = field(default_factory=frozenset)
    repeated: Collection[str] = field(default_factory=frozenset)
    snake_case: bool = False
    attributes: bool = False
    each: str = ""


def parse(body: bytes, shape: XmlShape) -> Any:
    """The value of a document's root element; raises ValueError when it is not XML that can be read."""
    return _value(root(body), "", shape, 0)


def documents(body: bytes, shape: XmlShape) -> list[Any]:
    """The values of the elements that are documents: the root, or every `each`; raises ValueError as `parse` does."""
    if not shape.each:
        return [parse(body, shape)]
    found = [_value(element, "", shape, 0) for element in root(body).iter(shape.each)]
    if not found:
        raise ValueError(f"is XML without a <{shape.each}>")
    return found


def root(body: bytes) -> Element:
    """The root element of a document, with its attributes; raises ValueError when it is not XML that can be read."""
    cleaned = _cleaned(body)
    try:
        if _has_no_dtd(cleaned):
            return ET.fromstring(cleaned)  # noqa: S314  what makes it unsafe is in a DTD
        element: Element = fromstring(cleaned, forbid_dtd=True)
    except DefusedXmlException:
        raise ValueError("is XML with a DTD or entities, which are refused") from None
    except (ParseError, LookupError, UnicodeError) as error:
        raise ValueError(f"is not XML: {error}") from None
    return element


def _cleaned(body: bytes) -> bytes:
    body = _BAD_BYTE.sub(b"", _BAD_REFERENCE.sub(b"", body.lstrip()))
    return _VERSION.sub(b'<?xml version="1.0"', body)


def _has_no_dtd(body: bytes) -> bool:
    """Whether it is certain that there is none: then the parser in C does, which is several times as fast."""
    if not body.startswith(b"<") or b"<!DOCTYPE" in body:
        return False
    prolog = _PROLOG.match(body)
    encoding = _ENCODING.search(prolog[0]) if prolog else None
    return encoding is None or encoding[1].lower() in _ASCII_BASED


def _value(element: Element, path: str, shape: XmlShape, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise ValueError(f"is XML nested deeper than {_MAX_DEPTH} elements")
    if path in shape.maps:
        return _map(element, shape, depth)
    if path in shape.lists:
        return [_value(child, f"{path}[]", shape, depth + 1) for child in element]
    if len(element) or (shape.attributes and element.attrib):
        return _object(element, path, shape, depth)
    return element.text or ""


def _object(element: Element, path: str, shape: XmlShape, depth: int) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for child in element:
        if child.tag != shape.each:
            name = _name(child.tag, shape)
            found.setdefault(name, []).append(_value(child, _inside(path, name), shape, depth + 1))
    children = {
        name: values if len(values) > 1 or _inside(path, name) in shape.repeated else values[0]
        for name, values in found.items()
    }
    return children | _attributes(element, shape) if shape.attributes else children


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _attributes(element: Element, shape: XmlShape) -> dict[str, str]:
    members = {f"@{_name(name, shape)}": value for name, value in element.attrib.items()}
    text = (element.text or "").strip()
    return members | {"#text": text} if text else members


def _map(element: Element, shape: XmlShape, depth: int) -> dict[str, Any]:
    """XStream's map: entries of a key and a value; a value that is itself a `<map>` is read as one."""
    result = {}
    for entry in element:
        if len(entry) == 2:  # noqa: PLR2004  a key and a value
            key, value = entry
            inner = _map(value, shape, depth + 1) if value.tag == "map" else _value(value, "", shape, depth + 1)
            result[key.text or ""] = inner
    return result


def _name(tag: str, shape: XmlShape) -> str:
    return _HUMP.sub("_", tag).lower() if shape.snake_case else tag

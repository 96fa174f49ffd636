"""XML as JSON-like values, so that one mapping reads both.

An element with children is an object, a repeated child a list, anything else text. Attributes are left out unless they
are asked for: then they are members `@name`, beside which text is a member `#text`, as xmltodict has them. Elements are
without their namespaces. What real tools send is read, not what XML 1.0 allows (`xml_text`). A DOCTYPE says nothing: it
is passed over, what it points at is never opened, and one that declares an entity is refused (defusedxml).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from adapters.mapping.scope import Enveloped
from adapters.mapping.xml_text import clean, escaped

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class XmlShape:
    """What XML cannot say of itself: which dotted paths are lists or maps (XStream's `<entry>` pairs), which are lists
    even of one (`repeated`), and how names are written.

    With `each`, every element of that name, at whatever depth, is a document of its own, and left out of those around
    it; paths are from there. Its envelope lists those `around` it, the outermost first. A root whose name is in
    `none_in` may have none, if it is empty.
    """

    lists: Collection[str] = field(default_factory=frozenset)
    maps: Collection[str] = field(default_factory=frozenset)
    repeated: Collection[str] = field(default_factory=frozenset)
    snake_case: bool = False
    attributes: bool = False
    each: str = ""
    none_in: Collection[str] = field(default_factory=frozenset)


def parse(body: bytes, shape: XmlShape) -> Any:
    """The value of a document's root element; raises ValueError when it is not XML that can be read."""
    return _value(root(body), "", shape, 0)


def documents(body: bytes, shape: XmlShape) -> list[Any]:
    """The values of the elements that are documents: the root, or every `each`; raises ValueError as `parse` does."""
    if not shape.each:
        return [parse(body, shape)]
    top = root(body)
    found = list(_each(top, shape))
    if not found and (len(top) or top.tag not in shape.none_in):
        raise ValueError(f"is XML without a <{shape.each}>")
    return found


def _each(top: Element, shape: XmlShape) -> Iterator[Any]:
    """The documents in a tree, in their order. Not by recursion: trees of what is refused may be of any depth."""
    waiting: list[tuple[Element, tuple[Any, ...]]] = [(top, ())]
    while waiting:
        element, around = waiting.pop()
        if element.tag == shape.each:
            value = _value(element, "", shape, len(around))
            yield Enveloped(value, {"around": list(around)})
            around = (*around, value)
        waiting.extend((child, around) for child in reversed(element))


def root(body: bytes) -> Element:
    """The root element of a document, with its attributes; raises ValueError when it is not XML that can be read."""
    text = clean(body)
    try:
        element = _read(text)
    except DefusedXmlException:
        raise ValueError("is XML with entities in its DTD, which are refused") from None
    except (ParseError, LookupError, UnicodeError) as error:
        raise ValueError(f"is not XML: {error}") from None
    return _local(element) if b"xmlns" in text else element


def _read(text: bytes) -> Element:
    """As it is, or else with what was not escaped."""
    try:
        return _parsed(text)
    except ParseError:
        with suppress(ParseError):
            return _parsed(escaped(text))
        raise


def _parsed(text: bytes) -> Element:
    if b"<!DOCTYPE" not in text:
        return ET.fromstring(text)  # noqa: S314  what makes it unsafe is in a DTD; and this is several times as fast
    element: Element = fromstring(text)
    return element


def _local(root: Element) -> Element:
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _refuse(depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError(f"is XML nested deeper than {_MAX_DEPTH} elements")


def _value(element: Element, path: str, shape: XmlShape, depth: int) -> Any:
    _refuse(depth)
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
    """XStream's map: entries of a key and a value; a value that is itself a `<map>` or a `<list>` is one."""
    _refuse(depth)
    result = {}
    for entry in element:
        if len(entry) == 2:  # noqa: PLR2004  a key and a value
            key, value = entry
            result[key.text or ""] = _mapped(value, shape, depth + 1)
    return result


def _mapped(value: Element, shape: XmlShape, depth: int) -> Any:
    if value.tag == "map":
        return _map(value, shape, depth)
    if value.tag == "list":
        return [_value(child, "", shape, depth + 1) for child in value]
    return _value(value, "", shape, depth)


def _name(tag: str, shape: XmlShape) -> str:
    return _HUMP.sub("_", tag).lower() if shape.snake_case else tag

"""From a notification's bytes to the documents in it: JSON, JSON a line, XML, or lines of text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from adapters.mapping.document import Input, XmlInput
from adapters.mapping.patterns import candidates, compiled
from adapters.mapping.xml import XmlShape, documents

Decoder = Callable[[bytes], list[Any]]
"""From bytes to documents; raises ValueError, worded to follow "the body ", when they are of another format."""


def json(body: bytes) -> list[Any]:
    """One JSON document."""
    try:
        return [orjson.loads(body)]
    except orjson.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error}") from None


def ndjson(body: bytes) -> list[Any]:
    """A JSON document on each line that is not blank."""
    documents = []
    for number, line in enumerate(body.split(b"\n"), start=1):
        if line.strip():
            try:
                documents.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise ValueError(f"is not JSON in line {number}: {error}") from None
    return documents


def unwrapped(decode: Decoder, member: str) -> Decoder:
    """A decoder of what envelopes have in a member, an object or the JSON of one; a document without it is itself."""
    return lambda body: [_unwrapped(document, member) for document in decode(body)]


def _unwrapped(document: Any, member: str) -> Any:
    if not isinstance(document, dict) or (inner := document.get(member)) is None:
        return document
    try:
        found = orjson.loads(inner) if isinstance(inner, str) else inner
    except orjson.JSONDecodeError as error:
        raise ValueError(f"has in {member!r} what is not JSON: {error}") from None
    if isinstance(found, dict):
        return found
    raise ValueError(f"has in {member!r} something else than an object")


def xml(shape: XmlShape) -> Decoder:
    """A decoder of XML of a shape."""
    return lambda body: documents(body, shape)


def lines(patterns: Mapping[str, str], record_start: str | None = None) -> Decoder:
    """A decoder of text: each line that a pattern matches (from its beginning) gives that pattern's named groups.

    `pattern` names the pattern that did; a line that none matches gives only `line`, so that no rule fires. With a
    `record_start`, the lines up to the next one that matches it are as one, with newlines in it.
    """
    programs = [(name, compiled(pattern)) for name, pattern in patterns.items()]
    which = candidates([*patterns.values()])
    start = compiled(record_start) if record_start is not None else None

    def decode(body: bytes) -> list[Any]:
        found = [line.rstrip(b"\r") for line in _utf8(body).split(b"\n")]
        records = _joined(found, start) if start else found
        return [_line(record, programs, which(record)) for record in records if record.strip()]

    return decode


def _utf8(body: bytes) -> bytes:
    """The body in valid UTF-8, which RE2 reads as it is: from text, it would be encoded anew for each pattern."""
    return body.decode("utf-8", "replace").encode()


def _joined(lines: list[bytes], start: Any) -> list[bytes]:
    records: list[list[bytes]] = []
    for line in lines:
        if records and not start.match(line):
            records[-1].append(line)
        else:
            records.append([line])
    return [b"\n".join(record).rstrip(b"\n") for record in records]


def _line(line: bytes, programs: list[tuple[str, Any]], candidates: Iterable[int]) -> dict[str, str]:
    for index in candidates:
        name, program = programs[index]
        if match := program.match(line):
            return {"line": line.decode(), "pattern": name, **_named(match)}
    return {"line": line.decode()}


def _named(match: Any) -> dict[str, str]:
    return {name: text.decode() for name, text in match.groupdict().items() if text is not None}


def decoder(settings: Input) -> Decoder:
    """The decoder of a mapping's `input`; raises ValueError for a pattern that is not a regular expression."""
    if settings.lines is not None:
        return lines(settings.lines, settings.record_start)
    as_json: Decoder = ndjson if settings.ndjson else json
    if settings.unwrap is not None:
        as_json = unwrapped(as_json, settings.unwrap)
    if settings.xml is None:
        return as_json
    return either(as_json, xml(_shape(settings.xml))) if settings.json_ else xml(_shape(settings.xml))


def _shape(settings: XmlInput) -> XmlShape:
    return XmlShape(
        lists=frozenset(settings.lists),
        maps=frozenset(settings.maps),
        repeated=frozenset(settings.repeated),
        snake_case=settings.snake_case,
        attributes=settings.attributes,
        each=settings.each,
        around=settings.around,
        none_in=frozenset(settings.none_in),
    )


def either(json_decoder: Decoder, xml_decoder: Decoder) -> Decoder:
    """A decoder for tools that send JSON or XML: a body that begins with `<` is XML."""
    return lambda body: (xml_decoder if body.lstrip()[:1] == b"<" else json_decoder)(body)

"""From a notification's bytes to the documents in it: JSON, XML, forms, or records of lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from adapters.bounds import JSON, bounded
from adapters.mapping import delimited, forms, logfmt
from adapters.mapping.framing import EACH_LINE, Framing
from adapters.mapping.input_settings import CsvInput, Input, XmlInput
from adapters.mapping.patterns import candidates, compiled
from adapters.mapping.scope import Enveloped
from adapters.marks import unmarked

if TYPE_CHECKING:
    from adapters.mapping.xml import XmlShape

_ALWAYS = frozenset({"line", "pattern"})
_JSON = (b"{", b"[")
_BLANK = b" \t\r\n\0"

Decoder = Callable[[bytes], list[Any]]
"""From bytes to documents; raises ValueError, worded to follow "the body ", when they are of another format.

A document that came in an envelope is an Enveloped.
"""


def json(body: bytes) -> list[Any]:
    """One JSON document."""
    try:
        return [orjson.loads(body if body[:1] in _JSON else unmarked(body))]
    except orjson.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error}") from None


def unwrapped(decode: Decoder, member: str) -> Decoder:
    """A decoder of what envelopes have in a member, an object or the JSON of one; a document without it is itself."""
    return lambda body: [_unwrapped(document, member) for document in decode(body)]


def _unwrapped(document: Any, member: str) -> Any:
    if type(document) is Enveloped:
        return Enveloped(_unwrapped(document.document, member), document.said)
    if not isinstance(document, dict) or (inner := document.get(member)) is None:
        return document
    try:
        found = orjson.loads(inner) if isinstance(inner, str) else inner
    except orjson.JSONDecodeError as error:
        raise ValueError(f"has in {member!r} what is not JSON: {error}") from None
    if isinstance(found, dict):
        return found
    raise ValueError(f"has in {member!r} something else than an object")


def xml(settings: XmlInput) -> Decoder:
    """A decoder of XML of a shape; what reads it is imported with the first: few tools send any."""

    @cache
    def shape() -> XmlShape:
        return _shape(settings)

    def decode(body: bytes) -> list[Any]:
        from adapters.mapping.xml import documents  # noqa: PLC0415 - as above

        return documents(body, shape())

    return decode


def form(field: str | bool) -> Decoder:
    """A decoder of forms: of the JSON that a field holds, or, for `true`, of the fields themselves."""
    if isinstance(field, str):
        return lambda body: [forms.document(body, field)]
    return lambda body: [forms.fields(body)]


def ndjson(framing: Framing) -> Decoder:
    """A decoder of a JSON document on each line that is not blank."""

    def decode(body: bytes) -> list[Any]:
        return [
            _documented(_json_line(text, number), said) for text, number, said in framing.records(body) if text.strip()
        ]

    return decode


def _json_line(line: bytes, number: int) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"is not JSON in line {number}: {error}") from None


def logfmt_lines(framing: Framing) -> Decoder:
    """A decoder of logfmt: each line gives its fields; one that is not logfmt gives only `line`, as in `lines`."""

    def decode(body: bytes) -> list[Any]:
        return [
            _documented(_logfmt_line(text.decode("utf-8", "replace")), said)
            for text, _, said in framing.records(body)
            if text.strip()
        ]

    return decode


def _logfmt_line(line: str) -> dict[str, Any]:
    found = logfmt.fields(line)
    return {"line": line} if found is None else found


def csv(settings: CsvInput, framing: Framing) -> Decoder:
    """A decoder of CSV: each row gives its cells by column."""

    def decode(body: bytes) -> list[Any]:
        rows = delimited.rows(framing.records(body), settings.delimiter, settings.columns)
        found = [_documented(row, said) for row, said in rows]
        if not found and settings.columns is None:
            raise ValueError("is CSV without a row below its header: name the columns, if lines come one by one")
        return found

    return decode


def lines(patterns: Mapping[str, str], framing: Framing) -> Decoder:
    """A decoder of text: each record that a pattern matches (from its beginning) gives that pattern's named groups.

    `pattern` names the pattern that did; a record that none matches gives only `line`, so that no rule fires.
    """
    programs = [(name, _program(pattern).match) for name, pattern in patterns.items()]
    which = candidates([*patterns.values()])

    def read(line: bytes) -> dict[str, str]:
        for index in which(line):
            name, matched = programs[index]
            if match := matched(line):
                return {"line": line.decode(), "pattern": name, **_named(match)}
        return {"line": line.decode()}

    def decode(body: bytes) -> list[Any]:
        sound = body.isascii() or _is_utf8(body)
        return [
            read(text) if sound and said is None else _documented(read(_utf8(text)), said)
            for text, _, said in framing.records(body)
            if text.strip()
        ]

    return decode


def _program(pattern: str) -> Any:
    program = compiled(pattern)
    if taken := _ALWAYS & program.groupindex.keys():
        raise ValueError(f"'{pattern}' names a group '{min(taken)}', which every record has: give it another name")
    return program


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _utf8(text: bytes) -> bytes:
    """The text in valid UTF-8, which RE2 reads as it is: from a `str`, it would be encoded anew for each pattern."""
    return text.decode("utf-8", "replace").encode()


def _named(match: Any) -> dict[str, str]:
    return {name: text.decode() for name, text in match.groupdict().items() if text is not None}


def _documented(document: Any, said: Mapping[str, Any] | None) -> Any:
    return document if said is None else Enveloped(document, said)


def framing(settings: Input) -> Framing:
    """How lines that a mapping reads become records; raises ValueError for a pattern that is no regular expression."""
    return Framing(settings.envelope, settings.record_start) if settings.of_lines else EACH_LINE


def decoder(settings: Input) -> Decoder:
    """The decoder of a mapping's `input`; raises ValueError for a pattern that is not a regular expression."""
    return numbered(_decoder(settings), settings.alike) if settings.alike else _decoder(settings)


def numbered(decode: Decoder, keys: Sequence[str]) -> Decoder:
    """A decoder whose documents with equal `keys` are told apart: the envelope of the second has `nth` 2, and so on."""

    def decode_numbered(body: bytes) -> list[Any]:
        counts: Counter[tuple[str, ...]] = Counter()
        return [_numbered(document, keys, counts) for document in decode(body)]

    return decode_numbered


def _numbered(document: Any, keys: Sequence[str], counts: Counter[tuple[str, ...]]) -> Any:
    plain, said = document if type(document) is Enveloped else (document, {})
    alike = tuple(str(plain.get(key)) for key in keys) if isinstance(plain, dict) else ()
    counts[alike] += 1
    return Enveloped(plain, {**said, "nth": counts[alike]}) if counts[alike] > 1 else document


def _decoder(settings: Input) -> Decoder:
    framed = framing(settings)
    if settings.lines is not None:
        return bounded(lines(settings.lines, framed), b"\n")
    if settings.csv is not None:
        return bounded(csv(settings.csv, framed), b"\n" + settings.csv.delimiter.encode())
    if settings.logfmt:
        return bounded(logfmt_lines(framed), b"\n=")
    return bounded(_unwrapping(settings, ndjson(framed)), JSON + b"\n") if settings.ndjson else _whole(settings)


def _whole(settings: Input) -> Decoder:
    """The decoder of bodies that are one document, told apart by how they begin where several are given."""
    xml_decoder = bounded(xml(settings.xml), b"<=") if settings.xml is not None else None
    form_decoder = form(settings.form) if settings.form else None
    json_decoder = bounded(_unwrapping(settings, json), JSON) if settings.json_ else None
    first = json_decoder or form_decoder or xml_decoder
    assert first is not None  # noqa: S101 - the model has one of them
    by_first = {b"<": xml_decoder or first, **dict.fromkeys(_JSON, first)}
    other = form_decoder or first

    def decode(body: bytes) -> list[Any]:
        known = by_first.get(body[:1]) or by_first.get(unmarked(body).lstrip(_BLANK)[:1], other)
        return known(body)

    return decode


def _unwrapping(settings: Input, decode: Decoder) -> Decoder:
    return unwrapped(decode, settings.unwrap) if settings.unwrap is not None else decode


def _shape(settings: XmlInput) -> XmlShape:
    from adapters.mapping.xml import XmlShape  # noqa: PLC0415 - as above

    return XmlShape(
        lists=frozenset(settings.lists),
        maps=frozenset(settings.maps),
        repeated=frozenset(settings.repeated),
        snake_case=settings.snake_case,
        attributes=settings.attributes,
        each=settings.each,
        none_in=frozenset(settings.none_in),
    )

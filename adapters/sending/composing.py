"""An event made of the words of a command line, or read from a file; whatever is sent is valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson

from adapters.cdevents.cloudevents import cdevents_message
from adapters.cdevents.document import document
from adapters.cdevents.heard import cdevents, items
from adapters.cdevents.ids import context_id
from adapters.cdevents.validation import problems
from adapters.errors import MappingError
from adapters.model import CDEvent, Message, Spec
from adapters.sending.target import Target
from adapters.settings.reading import encodable

Pairs = Mapping[str, str]


def now() -> str:
    """This moment, in RFC 3339."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def composed(  # noqa: PLR0913 - what an event is made of
    name: str, source: str, subject: str, *, content: Pairs, custom: Pairs, key: Sequence[str], time: str
) -> CDEvent:
    """An event of a type; `key` names the occurrence, so that it has one id however often it is told: else it has any.

    Names with dots lead into objects; a value that begins with `{` or `[` is JSON, any other is text. Raises
    ValueError where it is none, for what is not UTF-8, and for an empty part of a key, which would name them all.
    """
    if not all(map(str.strip, key)):
        raise ValueError("--id is empty, and all such events would be one: say what names this one, or leave it out")
    if not all(map(encodable, (name, source, subject, *key, time, *_texts(content), *_texts(custom)))):
        raise ValueError("what an event says is text in UTF-8: the command line has bytes that are none")
    return CDEvent(
        name=name,
        id=context_id(source, name, key) if key else str(uuid4()),
        source=source,
        timestamp=time,
        subject_id=subject,
        content=_nested(content),
        custom_data=_nested(custom) or None,
    )


def message(event: CDEvent, target: Target) -> Message:
    """An event as a target takes it. Raises MappingError where it is not valid, or its version has no such type."""
    try:
        written = document(event, target.spec)
    except ValueError as error:
        raise MappingError(str(error)) from None
    return _valid(written, target.spec, target)


def read(body: bytes, target: Target) -> list[Message]:
    """The CDEvents in a file, as they are: JSON, or a line of it for each, as a sink writes them.

    Raises MappingError where one is not valid in a version that is known.
    """
    lines = [(f"line {number}: ", line) for number, line in enumerate(body.splitlines(), 1) if line.strip()]
    parts = lines if len(lines) > 1 and not items(body) else [("", body)]
    return [message for where, part in parts for message in _read(where, part, target)]


def _read(where: str, body: bytes, target: Target) -> list[Message]:
    documents, errors = cdevents(body, {})
    if errors:
        raise MappingError(f"{where}{'; '.join(errors)}")
    try:
        return [_valid(each, _spec(each), target) for each in documents]
    except MappingError as error:
        raise MappingError(f"{where}{error}") from None


def _spec(written: Mapping[str, Any]) -> Spec:
    context = written["context"]
    version = context.get("specversion", context.get("version"))
    try:
        return Spec(version)
    except ValueError:
        raise MappingError(f"CDEvents {version} is not a version that is known: {', '.join(Spec)}") from None


def _valid(written: Mapping[str, Any], spec: Spec, target: Target) -> Message:
    if found := problems(written, spec):
        raise MappingError(f"it is not a valid CDEvent of {spec}: {', '.join(found)}")
    return cdevents_message(written, target.encoding, {})


def _texts(pairs: Pairs) -> Iterator[str]:
    return (text for pair in pairs.items() for text in pair)


def _nested(pairs: Pairs) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, text in pairs.items():
        *parents, last = name.split(".")
        inner = found
        for parent in parents:
            inner = inner.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise ValueError(f"{name}: {parent} is a text already")  # noqa: TRY004 - what was typed is wrong
        inner[last] = _value(name, text)
    return found


def _value(name: str, text: str) -> Any:
    if text[:1] not in ("{", "["):
        return text
    try:
        return orjson.loads(text)
    except ValueError as error:
        raise ValueError(f"{name}: begins as JSON, and is none: {error}") from None

"""CDEvents that others have made, of any version: bare or in CloudEvents, one of them or a JSON array.

They are what they are: nothing is changed in them, and only what every version has is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from adapters.bounds import JSON, too_many
from adapters.cdevents.ids import id_problem
from adapters.cdevents.vocabulary import CUSTOM_PREFIX, PREFIX
from adapters.cdevents.wording import shown
from adapters.late import late
from adapters.marks import unmarked

_structured = late("adapters.cdevents.envelope", "structured")
_binary = late("adapters.cdevents.envelope", "binary")

_NONE: Mapping[str, str] = {}
_CONTEXT = ("id", "source", "type", "timestamp")


def is_cdevent(type_: object) -> bool:
    """Whether a CloudEvent's `type`, or that in a CDEvent's context, is a CDEvent's."""
    return isinstance(type_, str) and type_.startswith((PREFIX, CUSTOM_PREFIX))


def cdevents(body: bytes, headers: Mapping[str, str]) -> tuple[list[Mapping[str, Any]], list[str]]:
    """The CDEvents' documents in a body, and why the rest of it is none.

    `headers` has lower-case names, and the attributes of a CloudEvent that is in them as `ce-<name>`.
    """
    documents: list[Mapping[str, Any]] = []
    problems = [] if (found := items(body)) else ["the body is not JSON, is empty or too large: nothing is in it"]
    for item in found:
        try:
            carried = document(item, headers if len(found) == 1 else _NONE)
        except ValueError as error:
            problems.append(f"this is no CloudEvent: {error}")
            continue
        if problem := cdevent_problem(carried):
            problems.append(f"this is no CDEvent: {problem}")
        else:
            documents.append(carried)
    return documents, problems


def cdevent_problem(document: Any) -> str | None:
    """Why a document is no CDEvent of any version, None where it is one."""
    return next(_problems(document), None)


def items(body: bytes) -> list[Any]:
    """What is in a body, each in its CloudEvent or bare; nothing where it is not JSON, or has too many values."""
    body = unmarked(body)
    if too_many(body, JSON):
        return []
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return []
    return found if isinstance(found, list) else [found]


def type_of(item: Any) -> object:
    """The type that an item says it is of, None where it says none."""
    if not isinstance(item, dict):
        return None
    named = item if "specversion" in item else item.get("context")
    return named.get("type") if isinstance(named, dict) else None


def document(item: Any, headers: Mapping[str, str] = _NONE) -> Any:
    """What a CloudEvent carries, whichever mode it is in; anything else is itself. Raises ValueError for a bad one."""
    if isinstance(item, dict) and "specversion" in item:
        return _structured(item)
    return _binary(headers, item) if "ce-specversion" in headers else item


def _problems(document: Any) -> Iterator[str]:
    context, subject = _member(document, "context"), _member(document, "subject")
    for name in _CONTEXT:
        yield from _not_text(f"context.{name}", context.get(name))
    if problem := id_problem(context["id"]):
        yield f"context.id: {problem}"
    if not is_cdevent(context["type"]):
        yield f"context.type: {shown(context['type'])} is not a type of CDEvents"
    yield from _not_text("subject.id", subject.get("id"))
    for path, value in (("context.chainId", context.get("chainId")), ("subject.source", subject.get("source"))):
        if value is not None:
            yield from _not_text(path, value)


def _member(document: Any, name: str) -> Mapping[str, Any]:
    found = document.get(name) if isinstance(document, dict) else None
    return found if isinstance(found, dict) else {}


def _not_text(path: str, value: object) -> Iterator[str]:
    if value is None:
        yield f"{path}: is missing"
    elif not (isinstance(value, str) and value):
        yield f"{path}: {shown(value)} is not a text"

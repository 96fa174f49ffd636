"""What the document of a CDEvent has in it, for whoever wants to look into one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from adapters.cdevents.selection import possible, possibly_custom, selected
from adapters.cdevents.vocabulary import EVENTS, has_type
from adapters.model import Spec

_CONTEXT = ("id", "source", "type", "timestamp")
_SINCE_0_4 = ("schemaUri", "chainId", "links")


def members(spec: Spec, patterns: Collection[str] | None = None) -> Mapping[str, Any]:
    """The members of the documents of a route by name, each again with its members, or None where there may be any.

    `patterns` choose events as in `selection`; None is all of them. Of one that chooses none, nothing is known.
    """
    early = spec < Spec.V0_5_1
    context = (*_CONTEXT, "version" if early else "specversion", *(_SINCE_0_4 if spec >= Spec.V0_4_1 else ()))
    subject = {"id": None, "source": None, "content": _content(spec, patterns)} | ({"type": None} if early else {})
    return {"context": dict.fromkeys(context), "subject": subject, "customData": None}


def _content(spec: Spec, patterns: Collection[str] | None) -> Mapping[str, None] | None:
    if patterns is None or any(possibly_custom(each) or not possible(each) for each in patterns):
        return None
    wanted = selected(patterns)
    contents = (event.content for name, event in EVENTS.items() if wanted(name) and has_type(spec, name))
    fields = ((name, field) for content in contents for name, field in content.items() if spec >= field.since)
    return {field.name(name, spec): None for name, field in fields}

"""A CDEvent that a record of another tool carries: what that says becomes the very event again."""

from __future__ import annotations

from typing import Any

from adapters.cdevents.heard import cdevent_problem
from adapters.cdevents.renewed import renewed
from adapters.cdevents.vocabulary import EVENTS, is_custom, name_of
from adapters.mapping.conditions import Condition
from adapters.mapping.failures import Absent, Failure, shown
from adapters.mapping.filters.time import iso
from adapters.mapping.scope import Closure, Constant, Scope, never
from adapters.mapping.translator import Rule, whole
from adapters.model import CDEvent


def carrier(found: Closure, where: str) -> Rule[CDEvent]:
    """The rule that passes on what a closure finds, where there is anything."""
    known = None if not isinstance(found, Constant) else not never(found)
    there = Condition(lambda scope: type(found(scope)) is not Absent, lambda _: "no CDEvent is carried", known)

    def build(scope: Scope) -> CDEvent:
        try:
            return event(found(scope))
        except ValueError as error:
            raise Failure(f"the CDEvent that is carried {error}", where) from None

    return Rule("carried", where, there, whole, build, frozenset(EVENTS))


def event(document: Any) -> CDEvent:
    """The event of a CDEvent's document of any version, in the words of 0.5.1, each link with its tags, if none.

    The SDK for Go refuses links without, and writes null for none: what is null is not there. Raises ValueError,
    worded to follow "the CDEvent ", for what is none.
    """
    if problem := cdevent_problem(document):
        raise ValueError(f"is none: {problem}")
    context, subject = document["context"], renewed(document)["subject"]
    if (name := name_of(context["type"])) not in EVENTS and not is_custom(name):
        raise ValueError(f"is of no type that is known: {shown(context['type'])}")
    content, links = _or(subject.get("content"), {}), _or(context.get("links"), [])
    for value, is_one, what in (
        (content, isinstance(content, dict), "subject.content, which is no object"),
        (links, _are_objects(links), "context.links, which is no list of links"),
    ):
        if not is_one:
            raise ValueError(f"has {shown(value)} as {what}")
    try:
        timestamp = iso(context["timestamp"])
    except ValueError as error:
        raise ValueError(f"has no time: {error}") from None
    return CDEvent(
        name=name,
        id=context["id"],
        source=context["source"],
        timestamp=timestamp,
        subject_id=subject["id"],
        content=content,
        subject_source=subject.get("source"),
        chain_id=context.get("chainId"),
        links=[{**each, "tags": _or(each.get("tags"), {})} for each in links],
        custom_data=document.get("customData"),
    )


def _or(value: Any, otherwise: Any) -> Any:
    return otherwise if value is None else value


def _are_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)

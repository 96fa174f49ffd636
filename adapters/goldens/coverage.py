"""Which parts of a mapping its examples reach: what none does, nobody has seen work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from adapters.errors import MappingError
from adapters.mapping.failures import Failure
from adapters.mapping.scope import Scope
from adapters.mapping.translator import Ignore, Made, Mapper, Named, Rule
from adapters.model import CDEvent, Notification


class Reached(NamedTuple):
    """What a part of a mapping, at its place, did with a record of a notification, counted from 1."""

    record: int
    where: str
    what: str


def parts(translator: Mapper[Made]) -> Iterator[tuple[str, str]]:
    """Each rule and each entry of `ignore`, by its place: what to say where no example reaches it."""
    yield from ((rule.where, f"no example fires the rule {rule.name}") for rule in translator.rules.all)
    yield from ((ignore.where, "no example is ignored by this") for ignore in translator.ignores.all)


def reached(translator: Mapper[Made], notification: Notification) -> Iterator[Reached]:
    """The rules that make events of a notification, and the entries of `ignore` that hold for it."""
    try:
        for number, record in enumerate(translator.records(notification), start=1):
            ignores = [each for each in translator.ignores.all if _holds(each, record)]
            yield from (Reached(number, each.where, "is ignored") for each in ignores)
            rules = () if ignores else translator.rules.all
            made = ((rule, event) for rule in rules for event in _made(rule, record))
            yield from (Reached(number, rule.where, f"rule {rule.name} makes {named(event)}") for rule, event in made)
    except MappingError:
        return  # the translation says so


def named(event: Named) -> str:
    """An event, or what an export mapping makes of one, as it is spoken of."""
    return f"{event.name} of {event.subject_id}" if isinstance(event, CDEvent) else f"{event.name} {event.id}"


def _holds(part: Ignore | Rule[Made], record: Scope) -> bool:
    try:
        return bool(part.when.holds(record))
    except Failure:
        return False


def _made(rule: Rule[Made], record: Scope) -> Iterator[Made]:
    if _holds(rule, record):
        yield from (made for made in rule.fire(record) if not isinstance(made, Failure))

"""Which parts of a mapping its examples reach: what none does, nobody has seen work."""

from __future__ import annotations

from collections.abc import Iterator

from adapters.errors import MappingError
from adapters.mapping import Translator
from adapters.mapping.failures import Failure
from adapters.mapping.scope import Scope
from adapters.mapping.translator import Ignore, Rule
from adapters.model import Notification


def parts(translator: Translator) -> Iterator[tuple[str, str]]:
    """Each rule and each entry of `ignore`, by its place: what to say where no example reaches it."""
    yield from ((rule.where, f"no example fires the rule {rule.name}") for rule in translator.rules.all)
    yield from ((ignore.where, "no example is ignored by this") for ignore in translator.ignores.all)


def reached(translator: Translator, notification: Notification) -> Iterator[str]:
    """The places of the rules that make an event of a notification, and of the entries of `ignore` that hold for it."""
    try:
        for record in translator.records(notification):
            held = [ignore.where for ignore in translator.ignores.all if _holds(ignore, record)]
            yield from held or (rule.where for rule in translator.rules.all if _fires(rule, record))
    except MappingError:
        return  # the translation says so


def _holds(part: Ignore | Rule, record: Scope) -> bool:
    try:
        return bool(part.when.holds(record))
    except Failure:
        return False


def _fires(rule: Rule, record: Scope) -> bool:
    try:
        return rule.when.holds(record) and any(not isinstance(made, Failure) for made in rule.fire(record))
    except Failure:
        return False

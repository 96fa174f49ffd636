"""What a mapping made of a notification, rule by rule, for the person who writes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from adapters.mapping.choice import Choice
from adapters.mapping.failures import Failure
from adapters.mapping.scope import Scope
from adapters.mapping.translator import Ignore, Rule, Translator
from adapters.model import Notification

MOST_REASONS = 4
"""How many are told of a record that no rule covers; `explain` has those of every rule."""


def explain(translator: Translator, notification: Notification) -> Iterator[str]:
    """A line for each record, each `ignore` that held, and each rule: what it emitted, or why it did not fire.

    Raises MappingError when the notification cannot be decoded or split.
    """
    for number, record in enumerate(translator.records(notification), start=1):
        yield f"record {number}"
        try:
            held = [ignore for ignore in translator.ignores.all if ignore.when.holds(record)]
        except Failure as failure:
            yield f"  whether it is ignored cannot be decided: {failure}"
            continue
        if held:
            yield from (f"  ignored by {ignore.where}" for ignore in held)
            continue
        yield from (f"  {line}" for rule in translator.rules.all for line in _rule(rule, record))


def uncovered(translator: Translator, notification: Notification) -> Iterator[str]:
    """Of each record that no rule and no `ignore` covers, why: what it is, and what rules that might have fired wanted.

    Raises MappingError when the notification cannot be decoded or split.
    """
    for record in translator.records(notification):
        with suppress(Failure):
            if not (_holding(translator.ignores, record) or _holding(translator.rules, record)):
                yield _reason(translator.rules, record)


def _holding(choice: Choice[Ignore] | Choice[Rule], record: Scope) -> bool:
    return any(each.when.holds(record) for each in choice.candidates(record))


def _reason(rules: Choice[Rule], record: Scope) -> str:
    about = rules.about(record)
    wanted = dict.fromkeys(rule.when.why_not(record) for rule in rules.candidates(record))
    reasons = [about, *(each for each in wanted if not each.startswith(about))] if about else [*wanted]
    more = len(reasons) - MOST_REASONS
    return "; ".join(reasons[:MOST_REASONS] + ([f"and {more} more"] if more > 0 else [])) or "there is no rule"


def _rule(rule: Rule, record: Scope) -> Iterator[str]:
    try:
        if not rule.when.holds(record):
            yield f"{rule.name}: no, {rule.when.why_not(record)}"
            return
        made = [*rule.fire(record)]
    except Failure as failure:
        made = [failure]
    if not made:
        yield f"{rule.name}: yes, but there is nothing to split"
    for each in made:
        if isinstance(each, Failure):
            yield f"{rule.name}: failed at {each.where or rule.where}: {each}"
        else:
            yield f"{rule.name}: yes, {each.name} {each.id}"

"""What a mapping made of a notification, rule by rule, for the person who writes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from adapters.mapping.choice import Choice
from adapters.mapping.failures import Failure
from adapters.mapping.scope import Scope
from adapters.mapping.translator import Made, Mapper, Rule
from adapters.model import Notification

MOST_REASONS = 4
"""How many are told of a record that no rule covers; `explain` has those of every rule."""


class Answer(NamedTuple):
    """What a rule, by its name, said of a record: `yes`, `no` or `failed`, and in words what it made or why it did not.

    An `ignore` that held has no name, and says `ignored`.
    """

    name: str
    verdict: str
    words: str

    def __str__(self) -> str:
        return f"{self.name}: {self.words}" if self.name else self.words


def explain(translator: Mapper[Made], notification: Notification) -> Iterator[str]:
    """A line for each record, each `ignore` that held, and each rule: what it emitted, or why it did not fire.

    Raises MappingError when the notification cannot be decoded or split.
    """
    for number, answers in enumerate(answered(translator, notification), start=1):
        yield f"record {number}"
        yield from (f"  {answer}" for answer in answers)


def answered(translator: Mapper[Made], notification: Notification) -> Iterator[Iterator[Answer]]:
    """Of each record what each rule says of it, or each `ignore` that held; raises as `explain`."""
    return (_answers(translator, record) for record in translator.records(notification))


def _answers(translator: Mapper[Made], record: Scope) -> Iterator[Answer]:
    try:
        held = [ignore for ignore in translator.ignores.all if ignore.when.holds(record)]
        carried = translator.carried if translator.carried and translator.carried.when.holds(record) else None
    except Failure as failure:
        yield Answer("", "failed", f"whether it is ignored cannot be decided: {failure}")
        return
    if held:
        yield from (Answer("", "ignored", f"ignored by {ignore.where}") for ignore in held)
        return
    for rule in (carried,) if carried else translator.rules.all:
        yield from _rule(rule, record)


def uncovered(translator: Mapper[Made], notification: Notification) -> Iterator[str]:
    """Of each record that no rule and no `ignore` covers, why: what it is, and what rules that might have fired wanted.

    Raises MappingError when the notification cannot be decoded or split.
    """
    for record in translator.records(notification):
        with suppress(Failure):
            if not translator.covers(record):
                yield _reason(translator.rules, record)


def _reason(rules: Choice[Rule[Made]], record: Scope) -> str:
    about = rules.about(record)
    wanted = dict.fromkeys(rule.when.why_not(record) for rule in rules.candidates(record))
    reasons = [about, *(each for each in wanted if not each.startswith(about))] if about else [*wanted]
    more = len(reasons) - MOST_REASONS
    return "; ".join(reasons[:MOST_REASONS] + ([f"and {more} more"] if more > 0 else [])) or "there is no rule"


def _rule(rule: Rule[Made], record: Scope) -> Iterator[Answer]:
    try:
        if not rule.when.holds(record):
            yield Answer(rule.name, "no", f"no, {rule.when.why_not(record)}")
            return
        made = [*rule.fire(record)]
    except Failure as failure:
        made = [failure]
    if not made:
        yield Answer(rule.name, "yes", "yes, but there is nothing to split")
    for each in made:
        if isinstance(each, Failure):
            yield Answer(rule.name, "failed", f"failed at {each.where or rule.where}: {each}")
        else:
            yield Answer(rule.name, "yes", f"yes, {each.name} {each.id}")

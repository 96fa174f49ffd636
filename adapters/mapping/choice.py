"""Which of many conditions hold: what most of them compare is looked at once, and asked is what is then left to ask.

That is an index by the texts that they name: `type`, `build.phase`. What is left where the value is one of them, or
none, is written out when the first record of that kind comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from adapters.mapping.code import Code, Function, called
from adapters.mapping.conditions import OTHER, Condition, any_of, found
from adapters.mapping.failures import Failure
from adapters.mapping.scope import Closure, Constant, Scope


class Conditional(Protocol):
    """Something with a condition."""

    @property
    def when(self) -> Condition: ...  # noqa: D102  said above


Item = TypeVar("Item", bound=Conditional)


@dataclass(frozen=True)
class Branch(Generic[Item]):
    """Items in order whose conditions may hold where a value is known, each with what is left to ask of it."""

    parts: Sequence[tuple[Item, Condition]]

    @cached_property
    def holding(self) -> Callable[[Scope], Sequence[Item]]:
        """Gives those whose conditions hold."""
        if all(when.known for _, when in self.parts):
            return Constant([item for item, _ in self.parts])
        return Code(self._write).function

    @cached_property
    def any(self) -> Callable[[Scope], bool]:
        """Tells whether one holds."""
        answer = any_of([when for _, when in self.parts])
        return called(answer.holds) if answer.known is None else Constant(answer.known)

    def _write(self, function: Function) -> str:
        held = function.assign("[]")
        for item, when in self.parts:
            test = "" if when.known else f"if {function.value(when.holds)}: "
            function.write(f"{test}{held}.append({function.bind(item)})")
        return held


@dataclass(frozen=True, slots=True)
class Choice(Generic[Item]):
    """Items in order, of which some are chosen by their conditions.

    `key` is the expression that most of them want to be one of `texts`, and `get` gives its value; it is empty where
    they have nothing in common. `unread` asks all of them, where that value cannot be had.
    """

    all: Sequence[Item]
    key: str
    get: Closure
    texts: frozenset[str]
    unread: Branch[Item]
    branches: dict[str | None, Branch[Item]] = field(default_factory=dict)

    def holding(self, scope: Scope) -> Sequence[Item]:
        """The items whose conditions hold; raises Failure where that cannot be said."""
        return self._branch(scope).holding(scope)

    def any(self, scope: Scope) -> bool:
        """Whether one holds, in their order; raises Failure as `holding`."""
        return self._branch(scope).any(scope)

    def candidates(self, scope: Scope) -> Sequence[Item]:
        """The items whose conditions may hold for what the scope has where most of them ask."""
        return [item for item, _ in self._branch(scope).parts]

    def about(self, scope: Scope) -> str:
        """What the scope has where most of them ask; empty where they have nothing in common."""
        return f"{self.key} is {found(self.get(scope))}" if self.key else ""

    def _branch(self, scope: Scope) -> Branch[Item]:
        try:
            value = self.get(scope)
        except Failure:
            return self.unread
        if type(value) is not str or value not in self.texts:
            value = OTHER
        branch = self.branches.get(value)
        if branch is None:
            branch = self.branches[value] = self._made(value)
        return branch

    def _made(self, value: str | None) -> Branch[Item]:
        left = [(item, item.when.given(self.key, value)) for item in self.all]
        return Branch([(item, when) for item, when in left if when.known is not False])


def choice(items: Sequence[Item], compiled: Callable[[str], Closure]) -> Choice[Item]:
    """A choice among items; `compiled` makes the closure of an expression that is in one of their conditions."""
    possible = [item for item in items if item.when.known is not False]
    unread = Branch([(item, item.when) for item in possible])
    counts = Counter(key for item in possible for key in item.when.named if item.when.given(key, OTHER).known is False)
    if not counts:
        return Choice(items, "", Constant(OTHER), frozenset(), unread)
    ((key, _),) = counts.most_common(1)
    texts = (item.when.named.get(key, ()) for item in possible)
    return Choice(items, key, compiled(key), frozenset().union(*texts), unread)

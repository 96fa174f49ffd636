"""Which of many conditions are worth asking, by the one value that most of them are about: `type`, `build.phase`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from adapters.mapping.conditions import Condition, found
from adapters.mapping.scope import Closure, Scope


class Conditional(Protocol):
    """Something with a condition."""

    @property
    def when(self) -> Condition: ...  # noqa: D102  said above


Item = TypeVar("Item", bound=Conditional)


@dataclass(frozen=True, slots=True)
class Choice(Generic[Item]):
    """Items in order; of them, `candidates` gives those whose conditions may hold for a scope.

    `about` says what a scope has where most of the conditions ask; empty where they have nothing in common.
    """

    all: Sequence[Item]
    candidates: Callable[[Scope], Sequence[Item]]
    about: Callable[[Scope], str] = lambda _: ""


def choice(items: Sequence[Item], compiled: Callable[[str], Closure]) -> Choice[Item]:
    """A choice among items; `compiled` makes the closure of an expression that is in one of their conditions."""
    possible = [item for item in items if item.when.known is not False]
    counts = Counter(key for item in possible for key in item.when.only)
    if not counts:
        return Choice(items, lambda _: possible)
    ((key, _),) = counts.most_common(1)
    get, by_value = compiled(key), _by_value(possible, key)
    others = [item for item in possible if key not in item.when.only]

    def candidates(scope: Scope) -> Sequence[Item]:
        value = get(scope)
        return by_value.get(value, others) if type(value) is str else others

    return Choice(items, candidates, lambda scope: f"{key} is {found(get(scope))}")


def _by_value(items: Sequence[Item], key: str) -> dict[str, list[Item]]:
    """For each value that some item names, the items that allow it, in order."""
    values = {value for item in items for value in item.when.only.get(key, ())}
    return {value: [item for item in items if value in item.when.only.get(key, {value})] for value in values}

"""How a rule's compiled parts become a CDEvent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.cdevents.ids import chain_id, context_id
from adapters.mapping.conditions import Condition
from adapters.mapping.failures import Absent
from adapters.mapping.scope import Closure, Constant, Scope
from adapters.model import CDEvent

Key = Callable[[Scope], list[str]]
"""A natural key's values, as text."""

LinkMaker = Callable[[Scope], dict[str, Any] | None]
"""An embedded link, or None where its condition does not hold."""


@dataclass(frozen=True, slots=True)
class Builder:
    """Makes one event of a scope; raises Failure for what is missing or unusable."""

    name: str
    source: str
    key: Key
    timestamp: Closure
    subject_id: Closure
    subject_source: Closure | None
    content: Closure
    chain: Closure | None
    links: Sequence[LinkMaker]
    custom_data: Closure | None

    def __call__(self, scope: Scope) -> CDEvent:
        """The event of one scope."""
        return CDEvent(
            self.name,
            context_id(self.source, self.name, self.key(scope)),
            self.source,
            self.timestamp(scope),
            self.subject_id(scope),
            self.content(scope),
            self.subject_source(scope) if self.subject_source else None,
            self.chain(scope) if self.chain else None,
            [link for make in self.links if (link := make(scope))] if self.links else (),
            self.custom_data(scope) if self.custom_data else None,
        )


def key(parts: Sequence[Closure]) -> Key:
    """A natural key of several texts."""
    if len(parts) == 1:
        (only,) = parts
        return lambda scope: [only(scope)]
    return lambda scope: [part(scope) for part in parts]


def chain_maker(alternatives: Sequence[Sequence[Closure]]) -> Closure:
    """The chain id of the first alternative whose values are all there; None where there is none."""
    possible = [parts for parts in alternatives if not any(_never(part) for part in parts)]

    def chain(scope: Scope) -> str | None:
        for parts in possible:
            values = []
            for part in parts:
                if type(value := part(scope)) is Absent:
                    break
                values.append(value)
            else:
                return chain_id(values)
        return None

    return chain


def _never(part: Closure) -> bool:
    return isinstance(part, Constant) and type(part.value) is Absent


def reference(name: str, source: Closure, key: Key) -> Closure:
    """The id of an event that another rule, or another sidecar, makes."""
    return lambda scope: context_id(source(scope), name, key(scope))


def link_maker(kind: str, label: str | None, target: Closure, when: Condition, tags: Closure | None) -> LinkMaker:
    """An embedded link of a kind (path, relation, end) to an event's id, as links.md of CDEvents 0.5.1 has it."""
    end = "target" if kind == "relation" else "from"
    fixed = {"linkType": kind.upper()} | ({"linkKind": label} if label else {})

    def make(scope: Scope) -> dict[str, Any]:
        link = {**fixed, end: {"contextId": target(scope)}}
        return link | {"tags": tags(scope)} if tags else link

    return make if when.known else lambda scope: make(scope) if when.holds(scope) else None

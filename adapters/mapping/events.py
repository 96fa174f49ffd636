"""How a rule's compiled parts become a CDEvent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapters.cdevents.ids import chain_id, event_ids
from adapters.mapping.code import Code, Function
from adapters.mapping.conditions import Condition
from adapters.mapping.scope import Closure, Constant, never
from adapters.model import CDEvent

Key = Sequence[Closure]
"""What gives the values of a natural key, as text."""


@dataclass(frozen=True, slots=True)
class Event:
    """The parts of a CDEvent. What is made of them raises Failure where one is missing or unusable."""

    name: str
    source: str
    key: Key
    timestamp: Closure
    subject_id: Closure
    subject_source: Closure
    content: Closure
    chain: Closure
    links: Sequence[Closure]
    custom_data: Closure

    def write(self, function: Function) -> str:
        """The statements that make the event, in the order in which their failures count."""
        name, source = function.bind(self.name), function.bind(self.source)
        parts = [
            name,
            function.value(reference(self.name, Constant(self.source), self.key)),
            source,
            *map(function.value, (self.timestamp, self.subject_id, self.content, self.subject_source, self.chain)),
            _links(self.links, function),
            function.value(self.custom_data),
        ]
        return function.assign(f"{function.bind(CDEvent)}({', '.join(parts)})")


def reference(name: str, source: Closure, key: Key) -> Closure:
    """The id of an event that another rule, or another sidecar, makes."""

    def write(function: Function) -> str:
        if isinstance(source, Constant):
            made = function.bind(event_ids(source.value, name))
        else:
            made = f"{function.bind(event_ids)}({function.value(source)}, {name!a})"
        return function.assign(f"{made}([{', '.join(map(function.value, key))}])")

    return Code(write)


def chain_maker(alternatives: Iterable[Sequence[Closure]]) -> Closure:
    """The chain id of the first alternative whose values are all there; None where there is none."""
    possible = [parts for parts in alternatives if not any(map(never, parts))]

    def write(function: Function) -> str:
        chain = function.assign("None")
        for parts in possible:
            with function.block(f"if {chain} is None:"):
                _write_chain(chain, parts, [], function)
        return chain

    return Code(write)


def _write_chain(chain: str, parts: Sequence[Closure], values: Sequence[str], function: Function) -> None:
    """The chain of some values, if those of all parts are there."""
    if not parts:
        function.write(f"{chain} = {function.bind(chain_id)}([{', '.join(values)}])")
        return
    value = function.value(parts[0])
    with function.block(f"if type({value}) is not Absent:"):
        _write_chain(chain, parts[1:], [*values, value], function)


def link_maker(kind: str, label: str | None, target: Closure, when: Condition, tags: Closure | None) -> Closure:
    """An embedded link of a kind (path, relation, end) to an event's id, as links.md of CDEvents 0.5.1 has it.

    None where its condition does not hold. It always has `tags`: what reads a link without them by CDEvents' SDK for Go
    (0.5.1), and validates or hands on what it read, has `"tags": null` there, which the schema refuses.
    """
    fixed = {"linkType": kind.upper()} | ({"linkKind": label} if label else {})
    end = "target" if kind == "relation" else "from"

    def write(function: Function) -> str:
        members = f"**{function.bind(fixed)}, {end!a}: {{'contextId': {function.value(target)}}}"
        return function.assign(f"{{{members}, 'tags': {function.value(tags) if tags else '{}'}}}")

    return Code(write) if when.known else _conditional(Code(write), when)


def _conditional(made: Closure, when: Condition) -> Closure:
    def write(function: Function) -> str:
        result = function.assign("None")
        with function.block(f"if {function.value(when.holds)}:"):
            function.write(f"{result} = {function.value(made)}")
        return result

    return Code(write)


def _links(links: Sequence[Closure], function: Function) -> str:
    if not links:
        return "()"
    found = ", ".join(map(function.value, links))
    return f"[link for link in ({found},) if link]"


def merged(common: Closure, own: Closure) -> Closure:
    """An object with the members of two."""
    return Code(lambda function: function.assign(f"{{**{function.value(common)}, **{function.value(own)}}}"))

"""How a rule's compiled parts become a CDEvent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from adapters.cdevents.ids import chain_id, event_ids
from adapters.mapping.code import Code, Function
from adapters.mapping.conditions import Condition
from adapters.mapping.scope import Closure, Constant, never
from adapters.mapping.translator import Splitter
from adapters.model import CDEvent

Key = Sequence[Closure]
"""What gives the values of a natural key, as text."""

Keys = Sequence[Key]
"""Natural keys, of which the first counts whose values are all there; those of the last raise Failure where not."""


class Link(NamedTuple):
    """What makes a link, None where there is none; or, if it makes `many`, a list of them."""

    make: Closure
    many: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """The parts of a CDEvent. What is made of them raises Failure where one is missing or unusable."""

    name: Closure
    id: Closure
    source: str
    timestamp: Closure
    subject_id: Closure
    subject_source: Closure
    content: Closure
    chain: Closure
    links: Sequence[Link]
    custom_data: Closure

    def write(self, function: Function) -> str:
        """The statements that make the event, in the order in which their failures count."""
        source = function.bind(self.source)
        parts = [
            function.value(self.name),
            function.value(self.id),
            source,
            *map(function.value, (self.timestamp, self.subject_id, self.content, self.subject_source, self.chain)),
            _links(self.links, function),
            function.value(self.custom_data),
        ]
        return function.assign(f"{function.bind(tuple.__new__)}({function.bind(CDEvent)}, ({', '.join(parts)}))")


def reference(name: Closure, source: Closure, keys: Keys) -> Closure:
    """The id of an event that another rule, or another sidecar, makes."""

    def write(function: Function) -> str:
        if isinstance(source, Constant) and isinstance(name, Constant):
            made = function.bind(event_ids(source.value, name.value))
        else:
            made = function.assign(f"{function.bind(event_ids)}({function.value(source)}, {function.value(name)})")
        *others, last = keys
        if not others:
            return function.assign(f"{made}([{', '.join(map(function.value, last))}])")
        found = _first(made, others, function)
        with function.block(f"if {found} is None:"):
            function.write(f"{found} = {made}([{', '.join(map(function.value, last))}])")
        return found

    return Code(write)


def chain_maker(alternatives: Keys) -> Closure:
    """The chain id of the first alternative whose values are all there; None where there is none."""
    return Code(lambda function: _first(function.bind(chain_id), alternatives, function))


def _first(made: str, keys: Keys, function: Function) -> str:
    """What is made of the first key whose values are all there; None where there is none."""
    found = function.assign("None")
    for parts in keys:
        if not any(map(never, parts)):
            with function.block(f"if {found} is None:"):
                _write_made(f"{found} = {made}", parts, [], function)
    return found


def _write_made(making: str, parts: Sequence[Closure], values: Sequence[str], function: Function) -> None:
    """What is made of some values, if those of all parts are there."""
    if not parts:
        function.write(f"{making}([{', '.join(values)}])")
        return
    value = function.value(parts[0])
    with function.block(f"if type({value}) is not Absent:"):
        _write_made(making, parts[1:], [*values, value], function)


def link_maker(kind: str, label: Closure | None, target: Closure, when: Condition, tags: Closure | None) -> Closure:
    """An embedded link of a kind (path, relation, end) to an event's id, as links.md of CDEvents 0.5.1 has it.

    One of the kind `domain` is a relation to what a domain itself calls a resource (0.6.0-draft). None where its
    condition does not hold. It always has `tags`: what reads a link without them by CDEvents' SDK for Go (0.5.1), and
    validates or hands on what it read, has `"tags": null` there, which the schema refuses.
    """
    link_type, member = ("RELATION", "domainId") if kind == "domain" else (kind.upper(), "contextId")
    fixed = {"linkType": link_type} | ({"linkKind": label.value} if isinstance(label, Constant) else {})
    end = "target" if link_type == "RELATION" else "from"

    def write(function: Function) -> str:
        told = f"'linkKind': {function.value(label)}, " if label and "linkKind" not in fixed else ""
        members = f"**{function.bind(fixed)}, {told}{end!a}: {{{member!a}: {function.value(target)}}}"
        made = function.assign(f"{{{members}, 'tags': {function.value(tags) if tags else '{}'}}}")
        return function.present(made)

    return Code(write) if when.known else _conditional(Code(write), when)


def _conditional(made: Closure, when: Condition) -> Closure:
    def write(function: Function) -> str:
        result = function.assign("None")
        with function.block(f"if {function.value(when.holds)}:"):
            function.write(f"{result} = {function.value(made)}")
        return result

    return Code(write)


def each_link(split: Splitter, link: Closure) -> Link:
    """The links that one makes over each of the scopes of a split."""
    return Link(lambda scope: [link(each) for each in split(scope)], many=True)


def _links(links: Sequence[Link], function: Function) -> str:
    if not links:
        return "()"
    found = [function.value(each.make) for each in links]
    made = ", ".join(f"{'*' if each.many else ''}{value}" for each, value in zip(links, found, strict=True))
    sure = not any(each.many or function.may_miss(value) for each, value in zip(links, found, strict=True))
    return f"[{made}]" if sure else f"[*filter(None, ({made},))]"


def merged(common: Closure, own: Closure) -> Closure:
    """An object with the members of two."""
    return Code(lambda function: function.assign(f"{{**{function.value(common)}, **{function.value(own)}}}"))

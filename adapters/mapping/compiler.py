"""From a mapping file to a Translator: what can be resolved and checked is so here, once, and not at run time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from adapters.mapping.carried import carrier
from adapters.mapping.code import Code, called, remembered
from adapters.mapping.compiling import Compiling, checked
from adapters.mapping.content import check_content, check_emit, check_tags
from adapters.mapping.document import Common, Known, MappingFile, Reference
from adapters.mapping.document import Link as LinkModel
from adapters.mapping.document import Rule as RuleModel
from adapters.mapping.dropping import Drop
from adapters.mapping.emitted import types
from adapters.mapping.events import Event, Keys, Link, chain_maker, each_link, link_maker, merged, reference
from adapters.mapping.framing import EACH_LINE, Framing
from adapters.mapping.inputs import decoder, framing
from adapters.mapping.scope import GIVEN, Closure, Constant, images, received_at
from adapters.mapping.translator import Mapper, Rule, Translator
from adapters.mapping.values import Values
from adapters.model import CDEvent, Spec
from adapters.yamlfile import Location, Placed, YamlFile, suggestion

_NONE = Constant(None)
_HEADER = re.compile(r"\$headers\.(?:\"([^\"]+)\"|([\w-]+))")


def compiled(  # noqa: PLR0913 - what a mapping is bound to
    file: YamlFile,
    name: str,
    path: Path,
    instance: str,
    variables: Mapping[str, Any],
    *,
    asked: Placed | None = None,
) -> Translator:
    """A mapping bound to a tool instance. Raises ConfigError with every problem of the file.

    `asked` places what is wrong with the variables that are given, which otherwise is told in the mapping.
    """
    model = file.validate(MappingFile)

    def make() -> tuple[Translator, Values]:
        compiler = _Compiler(file, model, instance, variables)
        return compiler.translator(name, path), compiler.values

    return checked(file, model, variables, asked, make)


class _Compiler(Compiling):
    """Compiles the parts of one mapping."""

    def __init__(self, file: YamlFile, model: MappingFile, instance: str, variables: Mapping[str, Any]) -> None:
        self.model, self.instance = model, instance
        given: dict[str, Closure] = {**GIVEN, "instance": Constant(instance), "images": remembered(images, "images")}
        super().__init__(file, model, given, variables)

    def translator(self, name: str, path: Path) -> Translator:
        model = self.model
        decode = self.values.attempt(("input",), lambda: decoder(model.input), None)
        rules = [self._rule(each, rule) for each, rule in model.rules.items()]
        carried = self._carried(model.carried, ("carried",)) if model.carried is not None else None
        return Mapper(
            name=name,
            path=path,
            instance=self.instance,
            headers=frozenset((quoted or plain).lower() for quoted, plain in _HEADER.findall(_strings(self.file.data))),
            decode=decode or (lambda _: []),
            split=self.splitter(model.split, ("split",), required=True),
            ignores=self.ignores(),
            rules=self.choice(rules),
            carried=carried,
            image=called(self.values.expression(model.image, ("image",))) if model.image else None,
            framing=framing(model.input) if decode else EACH_LINE,
            drop=self._drop(),
            headed=model.input.csv is not None and model.input.csv.columns is None,
            emits=frozenset[str]().union(
                *(each.emits for each in (*rules, carried) if each is not None and each.when.known is not False)
            ),
        )

    def _carried(self, node: Any, at: Location) -> Rule[CDEvent]:
        return carrier(called(self.values.optional(node, at)), self.file.where(at))

    def _drop(self) -> Drop:
        read = self.model.input
        pieces = Framing(read.envelope) if read.of_lines else EACH_LINE
        return Drop(tuple(self.model.drop), lines=read.of_lines, framing=pieces, unwrap=read.unwrap)

    def _rule(self, name: str, model: RuleModel) -> Rule[CDEvent]:
        at: Location = ("rules", name)
        return Rule(
            name=name,
            where=self.file.where(at),
            when=self.values.condition(model.when, (*at, "when")),
            split=self.rule_splitter(model.split, (*at, "split")),
            build=Code(self._event(model, at).write),  # written out for the first event: most rules never fire
            emits=self._emits(model.emit),
        )

    def _emits(self, emit: str) -> frozenset[str]:
        with suppress(ValueError):
            return frozenset(types(emit, self.model.tables))
        return frozenset()

    def _event(self, model: RuleModel, at: Location) -> Event:
        values = self.values
        for type_ in check_emit(values, model.emit, (*at, "emit"), self.model.cdevents):
            check_content(values, type_, model.subject.content, (*at, "subject", "content"))
        name = values.name(model.emit, (*at, "emit"))
        source = model.subject.source
        return Event(
            name=name,
            id=self._id(model, name, at),
            source=self.instance,
            timestamp=self._timestamp(model, at),
            subject_id=values.name(model.subject.id, (*at, "subject", "id")),
            subject_source=values.name(source, (*at, "subject", "source")) if source else _NONE,
            content=values.members(model.subject.content, (*at, "subject", "content")),
            chain=self._chain(model, at) or self._default_chain or _NONE,
            links=(*self._default_links, *self._links(model, at)),
            custom_data=self._custom_data(model, at),
        )

    def _id(self, model: RuleModel, name: Closure, at: Location) -> Closure:
        if model.id is None:
            return self.values.identity(model.context_id, (*at, "context_id"))
        return reference(name, Constant(self.instance), self._keys(model.id, (*at, "id")))

    def _timestamp(self, model: RuleModel, at: Location) -> Closure:
        if model.timestamp:
            return self.values.required(model.timestamp, (*at, "timestamp"))
        if self.model.defaults.timestamp:
            return self.remembered(
                self.values.required(self.model.defaults.timestamp, ("defaults", "timestamp")), "timestamp"
            )
        return received_at

    @cached_property
    def _default_chain(self) -> Closure | None:
        chain = self._chain(self.model.defaults, ("defaults",))
        return self.remembered(chain, "chain") if chain else None

    @cached_property
    def _default_links(self) -> Sequence[Link]:
        made = enumerate(self._links(self.model.defaults, ("defaults",)))
        return [link._replace(make=self.remembered(link.make, f"link {index}")) for index, link in made]

    def _custom_data(self, model: RuleModel, at: Location) -> Closure:
        """The defaults' members, then the rule's own."""
        common, own = self.model.defaults.custom_data, model.custom_data
        shared = self.remembered(self.values.members(common, ("defaults", "custom_data")), "custom_data")
        particular = self.values.members(own, (*at, "custom_data"))
        if common and own:
            return merged(shared, particular)
        return shared if common else particular if own else _NONE

    def _keys(self, keys: list[list[str]], at: Location) -> Keys:
        *others, last = keys
        end = (*at, len(others)) if others else at
        return [*self._alternatives(others, at), [self.values.key_part(*part) for part in _placed(last, end)]]

    def _chain(self, model: Common, at: Location) -> Closure | None:
        return chain_maker(self._alternatives(model.chain, (*at, "chain"))) if model.chain is not None else None

    def _alternatives(self, keys: list[list[str]], at: Location) -> Keys:
        """Natural keys any of whose parts may be missing."""
        placed = (_placed(each, (*at, row)) for row, each in enumerate(keys))
        return [[self.values.optional_key_part(*part) for part in parts] for parts in placed]

    def _links(self, model: Common, at: Location) -> Iterator[Link]:
        for index, link in enumerate(model.links):
            here: Location = (*at, "links", index)
            if (made := self._link(link, here)) is not None:
                split = link.split and self.rule_splitter(link.split, (*here, "split"))
                yield each_link(split, called(made)) if split else Link(made)

    def _link(self, link: LinkModel, at: Location) -> Closure | None:
        values = self.values
        kind, target = next((kind, target) for kind, target in link.targets() if target is not None)
        label = values.name(link.kind, (*at, "kind")) if link.kind else None
        check_tags(values, link.tags, (*at, "tags"))
        tags = values.members(link.tags, (*at, "tags")) if link.tags else None
        when = values.condition(link.when, (*at, "when"))
        found = self._domain(link.domain, (*at, kind)) if link.domain else self._target(target, (*at, kind))
        if found is None or when.known is False:
            return None
        return link_maker(kind, label, found, when, tags)

    def _domain(self, text: str, at: Location) -> Closure:
        if self.model.cdevents < Spec.V0_6_0:
            hint = f"the mapping may be written in {Spec.V0_6_0}"
            self.values.report(at, f"CDEvents {self.model.cdevents} has no links to a domain's own id", hint)
        return self.values.name(text, at)

    def _target(self, target: str | Reference | Known, at: Location) -> Closure | None:
        """The id of a rule's event, with the rule's key taken from the same record, or of one that is written out."""
        if isinstance(target, Known):
            return self.values.name(target.context_id, (*at, "context_id"))
        if isinstance(target, Reference):
            check_emit(self.values, target.emit, (*at, "emit"), self.model.cdevents)
            name = self.values.name(target.emit, (*at, "emit"))
            source = self.values.name(target.source or self.instance, (*at, "source"))
            return reference(name, source, self._keys(target.id, (*at, "id")))
        if (rule := self.model.rules.get(target)) is None:
            self.values.report(at, f"there is no rule '{target}'", suggestion(target, self.model.rules))
            return None
        name = self.values.name(rule.emit, ("rules", target, "emit"))
        return self.remembered(self._id(rule, name, ("rules", target)), f"id {target}")


def _placed(expressions: Sequence[str], at: Location) -> Iterator[tuple[str, Location]]:
    return ((text, (*at, index)) for index, text in enumerate(expressions))


def _strings(data: Any) -> str:
    """Every text of a document, one a line."""
    if isinstance(data, dict):
        return "\n".join(f"{key}\n{_strings(value)}" for key, value in data.items())
    if isinstance(data, list):
        return "\n".join(map(_strings, data))
    return str(data)

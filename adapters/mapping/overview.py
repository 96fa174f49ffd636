"""What a mapping says it makes of what, read off its file for people: conditions as they are written, and comments."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import yaml

from adapters.mapping.document import Defined, MappingFile, Rule
from adapters.mapping.emitted import Tables, types
from adapters.mapping.export.document import ExportFile
from adapters.yamlfile import YamlFile

_FOR_EDITORS = "# yaml-language-server:"
_COMMENT = re.compile(r"(?:^|\s)#\s*(?P<text>.*)$")


@dataclass(frozen=True, slots=True)
class Variable:
    """What a source may set, its default as YAML (`null` where it must be set), and the comment beside it."""

    name: str
    default: str
    remark: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """A condition as it is written, the events of which a rule then emits one, and the rule's comment.

    Without `rule` and `emits` it is what is ignored on purpose. `each` is what the rule makes an event of each of.
    """

    when: str
    remark: str
    rule: str = ""
    emits: Sequence[str] = ()
    each: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """A mapping's first comment, its variables, and its outcomes: rules in the file's order, then what is ignored."""

    about: str
    variables: Sequence[Variable]
    outcomes: Sequence[Outcome]


def overview(file: YamlFile) -> Overview:
    """The overview of a mapping file, with what it includes; raises ConfigError where it is no mapping."""
    model = file.validate(MappingFile)
    remarks = _remarks(file)
    rules = [_outcome(rule, each, remarks.at("rules", rule), model.tables) for rule, each in model.rules.items()]
    return _whole(model, rules, remarks)


def export_overview(file: YamlFile) -> Overview:
    """The same of an export mapping: its outcomes are messages, and what they emit are the events they are made of."""
    model = file.validate(ExportFile)
    remarks = _remarks(file)
    return _whole(
        model,
        [
            Outcome(
                _written(each.when),
                remarks.at("messages", name),
                name,
                each.types,
                each.split.each if each.split else "",
            )
            for name, each in model.messages.items()
        ],
        remarks,
    )


def _whole(model: Defined, outcomes: Sequence[Outcome], remarks: _Remarks) -> Overview:
    ignored = [Outcome(_written(when), remarks.at("ignore", at)) for at, when in enumerate(model.ignore)]
    variables = [
        Variable(each, _flow(default), remarks.at("variables", each)) for each, default in model.variables.items()
    ]
    return Overview(remarks.first, variables, [*outcomes, *ignored])


def _remarks(file: YamlFile) -> _Remarks:
    return _Remarks(file, {name: text.splitlines() for name, text in file.texts.items()})


def _outcome(name: str, rule: Rule, remark: str, tables: Tables) -> Outcome:
    emits = _types(rule.emit, tables)
    if rule.split is None:
        return Outcome(_written(rule.when), remark, name, emits)
    conditions = filter(None, (_written(rule.when), _written(rule.split.when)))
    return Outcome(", ".join(conditions), remark, name, emits, rule.split.each)


def _types(emit: str, tables: Tables) -> Sequence[str]:
    """What may be emitted; as it is written where a lookup says it, which is not read here."""
    try:
        return types(emit, tables)
    except ValueError:
        return [emit]


@dataclass(frozen=True, slots=True)
class _Remarks:
    """The comments of a file, which its parser passes over; `lines` are those of each file that it is made of."""

    file: YamlFile
    lines: Mapping[str, Sequence[str]]

    @property
    def first(self) -> str:
        """The first paragraph of the comment at the top, as one line; what is there for an editor is not of it."""
        lines = (line for line in self.lines[self.file.name] if not line.startswith(_FOR_EDITORS))
        paragraph = takewhile(re.compile(r"# *\S").match, lines)
        return " ".join(line.removeprefix("#").strip() for line in paragraph)

    def at(self, *place: str | int) -> str:
        """The comment at the end of a place's line, or else the lines of comment right above it, as one line."""
        mark = self.file.marks[place]
        lines, row = self.lines[mark.file], mark.line - 1
        if beside := _COMMENT.search(lines[row]):
            return beside["text"]
        above: list[str] = []
        while row and (found := re.match(r"\s*# ?(.*)", lines[row - 1])):
            above.insert(0, found[1])
            row -= 1
        return " ".join(above)


class _Plain(yaml.SafeDumper):
    """Writes what aliases stand for, each time anew."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _flow(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.dump(value, Dumper=_Plain, default_flow_style=True, width=10_000, sort_keys=False, allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _written(when: Mapping[str, Any]) -> str:
    return _flow(when)[1:-1] if when else ""

"""The text of a mapping, line by line, with what was guessed beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.cdevents.vocabulary import CUSTOM_PREFIX
from adapters.scaffold.records import Split
from adapters.scaffold.rules import Ignored, Proposal, Rule

_PLAIN = re.compile(r"[A-Za-z_$][\w./$-]*(?: [\w./-]+)*")
_SPECIAL = re.compile(r"(?i)true|false|null|yes|no|on|off|y|n")
_COLUMN = 44
"""Where a remark begins, if the line is not longer."""


def mapping(head: Sequence[str], input_: Mapping[str, Any], split: Split | None, proposals: Sequence[Proposal]) -> str:
    """The whole file; `head` are the lines of the comment that it begins with."""
    rules = _named([rule for each in proposals for rule in each.rules])
    ignored = [one for each in proposals for one in each.ignored]
    outcomes = {word: outcome for each in proposals for word, outcome in each.outcomes.items()}
    parts = [
        [*(f"# {line}" for line in head), "cdevents: 0.5.1"],
        [f"input: {scalar(input_)}"] if input_ else [],
        [f"split: {scalar({'each': split.each, 'as': split.name})}"] if split else [],
        ["tables:", f"  outcome: {scalar(outcomes)}"] if outcomes else [],
        ["defaults:", f"  chain: {scalar(chain)}"] if (chain := _chain(rules)) else [],
        ["ignore:", *map(_ignored, ignored)] if ignored else [],
        ["rules:", *_separated(_rule(each) for each in rules)],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def scalar(value: Any) -> str:
    """A value on one line of YAML."""
    match value:
        case str():
            return value if _PLAIN.fullmatch(value) and not _SPECIAL.fullmatch(value) else _quoted(value)
        case Mapping():
            return "{" + ", ".join(f"{scalar(key)}: {scalar(each)}" for key, each in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(scalar, value)) + "]"
        case _:
            return json.dumps(value)


def _quoted(text: str) -> str:
    """A text of which nothing is taken for YAML; what JSON makes of it is YAML, too."""
    if text.isprintable() and "'" not in text and re.search(r'["\\]', text):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _template(text: str) -> str:
    """A value on a line of its own: a template may mostly stand there as it is."""
    odd = ": " in text or " #" in text or text.endswith((":", " ")) or not text.isprintable()
    return text if text.startswith("${") and not odd else scalar(text)


def _chain(rules: Sequence[Rule]) -> list[str]:
    """What belongs together, where all runs are of one key: what begins with it."""
    keys = {tuple(rule.id) for rule in rules if not rule.emit.startswith(CUSTOM_PREFIX)}
    return ["$instance", *keys.pop()] if len(keys) == 1 else []


def _named(rules: Sequence[Rule]) -> list[Rule]:
    """The rules, each with a name of its own, which links know."""
    taken: set[str] = set()
    found: list[Rule] = []
    for rule in rules:
        names = (rule.name, *(f"{rule.name}-{number}" for number in range(2, len(rules) + 2)))
        name = next(each for each in names if each not in taken)
        taken.add(name)
        found.append(replace(rule, name=name))
    return found


def _separated(parts: Iterable[Sequence[str]]) -> Iterator[str]:
    for at, part in enumerate(parts):
        yield from ([""] if at else [])
        yield from part


def _ignored(each: Ignored) -> str:
    return _beside(f"  - {scalar(each.when)}", each.remark)


def _rule(rule: Rule) -> list[str]:
    return [
        f"  {rule.name}:",
        *([f"    when: {scalar(rule.when)}"] if rule.when else []),
        _beside(f"    emit: {rule.emit}", rule.remarks.get("emit", "")),
        _beside(f"    id: {scalar(list(rule.id))}", rule.remarks.get("id", "")),
        *(
            [_beside(f"    timestamp: {_template(rule.timestamp)}", rule.remarks.get("timestamp", ""))]
            if rule.timestamp
            else []
        ),
        _beside("    subject:", rule.remarks.get("subject", "")),
        f"      id: {_template(rule.subject)}",
        *(["      content:"] if rule.content else []),
        *(
            _beside(f"        {name}: {_member(value)}", rule.remarks.get(name, ""))
            for name, value in rule.content.items()
        ),
        *(["    custom_data:"] if rule.custom_data else []),
        *(f"      {name}: {_template(value)}" for name, value in rule.custom_data.items()),
        *([f"    links: [{{path: {rule.path}}}]"] if rule.path else []),
    ]


def _member(value: Any) -> str:
    return _template(value) if isinstance(value, str) else scalar(value)


def _beside(line: str, remark: str) -> str:
    return f"{line + ' ':{_COLUMN}}# {' '.join(remark.split())}" if remark else line

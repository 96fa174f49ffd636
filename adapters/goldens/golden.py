"""One golden: an input, the events that a mapping makes of it, and how they differ from what is expected."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any, Self

import orjson

from adapters.cdevents.document import document
from adapters.cdevents.vocabulary import has_type
from adapters.errors import MappingError, Problem
from adapters.goldens.context import Circumstances
from adapters.goldens.coverage import named, reached
from adapters.goldens.inputs import sent
from adapters.mapping.export.written import message
from adapters.mapping.translator import Made, Mapper
from adapters.model import CDEvent, Mapped, Notification, Spec
from adapters.yamlfile import shown

AnyMapper = Mapper[Any]
"""A mapping of either kind."""

_PART = re.compile(r"@@ -\S+ \+(\d+)")
_AROUND = 3
"""Lines that a unified diff shows around what differs."""

_BEGINNING = "  {"
"""The line with which an event begins, in the text of a golden."""


@dataclass(frozen=True, slots=True)
class Golden:
    """One input, the events that the mapping makes of it, and what it could not translate.

    `reached` are the places of the mapping's parts that had to do with it; `story` says what each did, record by
    record.
    """

    input: Path
    events: tuple[Any, ...]
    errors: tuple[str, ...]
    reached: frozenset[str]
    story: tuple[str, ...]

    @classmethod
    def of(cls, file: Path, translator: AnyMapper, around: Circumstances) -> Self:
        """What a mapping makes of an input."""
        events: list[CDEvent | Mapped] = []
        errors: list[str] = []
        places: set[str] = set()
        story: list[str] = []
        for each in sent(file):
            heard = around.notification(translator, each.body, each.headers)
            for part in reached(translator, heard):
                places.add(part.where)
                story.append(f"{shown(file)}:{each.line}: record {part.record}: {part.what} ({part.where})")
            made, wrong = translated(translator, heard)
            events += made
            errors += wrong
        return cls(file, tuple(events), tuple(errors), frozenset(places), tuple(story))

    @property
    def expected(self) -> Path:
        """The file of the events that it should be."""
        return self.input.parent.parent / "expected" / f"{self.input.stem}.json"

    @property
    def text(self) -> str:
        """The events as the expected file has them."""
        return _written([as_expected(event) for event in self.events])


def as_expected(event: CDEvent | Mapped) -> Mapping[str, Any]:
    """An event as a golden has it: in `spec_of` its name; or a message."""
    return message(event) if isinstance(event, Mapped) else document(event, spec_of(event.name))


def spec_of(name: str) -> Spec:
    """CDEvents 0.5.1, or the draft where nothing else has a type."""
    return Spec.V0_5_1 if has_type(Spec.V0_5_1, name) else Spec.V0_6_0


def translated(translator: Mapper[Made], notification: Notification) -> tuple[Sequence[Made], list[str]]:
    """The events that a mapping makes of a notification, and all that it could not translate, in words."""
    try:
        translation = translator.translate(notification)
    except MappingError as error:
        return (), [str(error)]
    errors = list(translation.errors)
    if translation.unmatched:
        errors.append(f"{translation.unmatched} of its records are covered by no rule and no `ignore`")
    return translation.events, errors


def differences(golden: Golden) -> Iterator[Problem]:
    """What was not translated of an input, and that its events are not what is expected."""
    where = shown(golden.input)
    yield from (Problem(where, error) for error in golden.errors)
    if not golden.expected.exists():
        yield Problem(where, f"has no {shown(golden.expected)}", "--update writes it")
    elif diff(golden):
        hint = "--review shows how, --update accepts it"
        yield Problem(shown(golden.expected), "is not what the mapping makes", hint)


def diff(golden: Golden) -> list[str]:
    """The lines by which the events differ from the expected file, as a unified diff; none where they do not."""
    expected = _expected(golden)
    if expected is not None and _canonical(expected) == _canonical(golden.text):
        return []
    before, after = _pretty(expected or "").splitlines(), golden.text.splitlines()
    lines = unified_diff(before, after, shown(golden.expected), "what the mapping makes", lineterm="")
    return [line + _about(line, golden, after) for line in lines]


def _about(line: str, golden: Golden, after: Sequence[str]) -> str:
    """The event that a part of a diff is about, to stand behind the part's first line."""
    if not (found := _PART.match(line)):
        return ""
    number = after[: int(found[1]) + _AROUND].count(_BEGINNING)
    return f" event {number}, {named(golden.events[number - 1])}" if number else ""


def accept(golden: Golden) -> bool:
    """Writes the expected file where it differs; whether it did.

    An input that was not wholly translated keeps the file it has.
    """
    if golden.errors or not diff(golden):
        return False
    golden.expected.parent.mkdir(exist_ok=True)
    golden.expected.write_text(golden.text, encoding="utf-8")
    return True


def _expected(golden: Golden) -> str | None:
    return golden.expected.read_text(encoding="utf-8", errors="replace") if golden.expected.exists() else None


def _pretty(text: str) -> str:
    try:
        return _written(orjson.loads(text))
    except orjson.JSONDecodeError:
        return text


def _canonical(text: str) -> bytes:
    """Equal for two JSON texts of the same value, whatever their layout and the order of members."""
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return text.encode()


def _written(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()

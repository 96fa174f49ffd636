"""An attempt made: the mapping compiled as it is written, and the notifications translated. Reads within a fence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count, islice
from pathlib import Path

import orjson

from adapters.cdevents.validation import problems
from adapters.errors import ConfigError, MappingError, Problem
from adapters.goldens import AnyMapper, as_expected, context, sent_as, spec_of, translated
from adapters.goldens.context import Circumstances
from adapters.mapping import library
from adapters.mapping.explain import answered
from adapters.model import CDEvent, Mapped, Notification
from adapters.playground.attempt import Attempt, Made, Outcome, Remark, Said
from adapters.playground.fence import Fence, around
from adapters.yamlfile import shown

MOST_EVENTS, MOST_LINES, LONGEST = 100, 2_000, 64 << 10
"""How many events and lines of the story are told, and characters of each event."""

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<message>.*)", re.DOTALL)


def tried(attempt: Attempt) -> Outcome:
    """What comes of an attempt. Nothing is read but the mapping's folder and the shipped mappings."""
    path = Path(attempt.mapping)
    try:
        mapper, heard = _prepared(attempt, path)
    except ConfigError as error:
        return Outcome(problems=tuple(_remark(str(each), path) for each in error.problems))
    found = [translated(mapper, each) for each in heard]
    checked = [(event, _wrong(event)) for events, _ in found for event in events]
    made = [event for event, wrong in checked if not wrong]
    errors = [*(error for _, wrong in found for error in wrong), *(wrong for _, wrong in checked if wrong)]
    return Outcome(
        errors=tuple(_remark(error, path) for error in errors),
        events=tuple(map(_made, made[:MOST_EVENTS])),
        more=max(0, len(made) - MOST_EVENTS),
        story=tuple(islice(_story(mapper, heard, path), MOST_LINES)),
        expected=None if errors else _indented(list(map(as_expected, made))) + "\n",
    )


def _prepared(attempt: Attempt, path: Path) -> tuple[AnyMapper, list[Notification]]:
    """The mapping, and the notifications in the circumstances of the input. Raises ConfigError."""
    fence, given, name = around(path), attempt.given, Path(attempt.name)
    found = context(_readable(path.with_name("context.yaml"), fence).with_name(path.name))
    circumstances = found.of(name)
    if given is not None:
        circumstances = Circumstances(variables=given.variables, received_at=given.received_at)
    load = partial(library.load, instance=given.instance if given else found.instance)
    mapper: AnyMapper = (library.load_export if path.name == library.EXPORT else load)(
        path,
        variables=circumstances.variables,
        folder=Path() if given else path.parent,
        looked_at=fence,
        written=attempt.written,
    )
    sent = sent_as(name.suffix, attempt.content.encode())
    return mapper, [circumstances.notification(mapper, each.body, each.headers) for each in sent]


def _readable(path: Path, fence: Fence) -> Path:
    try:
        fence(path)
    except OSError as error:
        raise ConfigError([Problem(shown(path), f"cannot be read: {error.strerror}")]) from None
    return path


def _wrong(event: CDEvent | Mapped) -> str:
    """Why no route would publish an event; empty where they would."""
    if isinstance(event, CDEvent) and (found := problems(as_expected(event), spec := spec_of(event.name))):
        return f"{event.name} is not a valid CDEvent of {spec}: {', '.join(found)}"
    return ""


def _story(mapper: AnyMapper, heard: Iterable[Notification], path: Path) -> Iterator[Said]:
    numbers = count(1)
    for each in heard:
        with suppress(MappingError):  # the translation says so
            for answers in answered(mapper, each):
                number = next(numbers)
                for name, verdict, words in answers:
                    yield Said(
                        record=number, rule=name, verdict=verdict, words=words.replace(f"{shown(path)}:", "line ")
                    )


def _made(event: CDEvent | Mapped) -> Made:
    subject = event.subject_id if isinstance(event, CDEvent) else event.type
    return Made(name=event.name, subject=subject, document=_indented(as_expected(event))[:LONGEST])


def _indented(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _remark(text: str, path: Path) -> Remark:
    """What is wrong, at its place where that is in what is written."""
    found = _PLACE.fullmatch(text)
    if found is None or found["file"] != shown(path):
        return Remark(message=text)
    return Remark(message=found["message"], line=int(found["line"]), column=int(found["column"]))

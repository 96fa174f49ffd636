"""An attempt made: the mapping compiled as it is written, and the notifications translated. Reads within a fence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import count, islice
from pathlib import Path

import orjson

from adapters.errors import ConfigError, MappingError, Problem
from adapters.goldens import context, sent_as
from adapters.mapping import Translator, library
from adapters.mapping.explain import answered
from adapters.model import Format, Notification, Record
from adapters.playground.attempt import Attempt, Made, Outcome, Remark, Said
from adapters.playground.fence import Fence, around
from adapters.route import Origin, renderer
from adapters.route.rendered import Rendered
from adapters.yamlfile import shown

MOST_EVENTS, MOST_LINES, LONGEST = 100, 2_000, 64 << 10
"""How many events and lines of the story are told, and characters of each event."""

_PLACE = re.compile(r"(?P<file>.+?):(?P<line>\d+):(?P<column>\d+): (?P<message>.*)", re.DOTALL)


def tried(attempt: Attempt) -> Outcome:
    """What comes of an attempt. Nothing is read but the mapping's folder and the shipped mappings."""
    path = Path(attempt.mapping)
    try:
        translator, heard = _prepared(attempt, path)
    except ConfigError as error:
        return Outcome(problems=tuple(_remark(str(each), path) for each in error.problems))
    rendered = [_rendered(translator, each) for each in heard]
    documents = [message.data for each in rendered for message in each.messages]
    return Outcome(
        errors=tuple(_remark(error, path) for each in rendered for error in _errors(each)),
        events=tuple(map(_made, documents[:MOST_EVENTS])),
        more=max(0, len(documents) - MOST_EVENTS),
        story=tuple(islice(_story(translator, heard, path), MOST_LINES)),
        expected=None if any(map(_errors, rendered)) else _golden(documents),
    )


def _prepared(attempt: Attempt, path: Path) -> tuple[Translator, list[Notification]]:
    """The mapping, and the notifications in the circumstances of the input. Raises ConfigError."""
    fence, given, name = around(path), attempt.given, Path(attempt.name)
    found = context(_readable(path.with_name("context.yaml"), fence).with_name(path.name))
    circumstances = found.of(name)
    if given is not None:
        circumstances = type(circumstances)(variables=given.variables, received_at=given.received_at)
    translator = library.load(
        path,
        instance=given.instance if given else found.instance,
        variables=circumstances.variables,
        folder=Path() if given else path.parent,
        looked_at=fence,
        written=attempt.written,
    )
    sent = sent_as(name.suffix, attempt.content.encode())
    return translator, [circumstances.notification(translator, each.body, each.headers) for each in sent]


def _readable(path: Path, fence: Fence) -> Path:
    try:
        fence(path)
    except OSError as error:
        raise ConfigError([Problem(shown(path), f"cannot be read: {error.strerror}")]) from None
    return path


def _rendered(translator: Translator, heard: Notification) -> Rendered:
    return renderer(lambda _: Origin(translator.instance, translator), format_=Format.CDEVENTS)(Record(0, heard))


def _errors(rendered: Rendered) -> list[str]:
    unmatched = rendered.unmatched
    told = [f"{unmatched} of its records are covered by no rule and no `ignore`"] if unmatched else []
    return [*rendered.errors, *told]


def _story(translator: Translator, heard: Iterable[Notification], path: Path) -> Iterator[Said]:
    numbers = count(1)
    for each in heard:
        with suppress(MappingError):  # the translation says so
            for answers in answered(translator, each):
                number = next(numbers)
                for name, verdict, words in answers:
                    yield Said(
                        record=number, rule=name, verdict=verdict, words=words.replace(f"{shown(path)}:", "line ")
                    )


def _made(document: bytes) -> Made:
    event = orjson.loads(document)
    name = event["context"]["type"].removeprefix("dev.cdevents.").rsplit(".", 3)[0]
    return Made(name=name, subject=event["subject"]["id"], document=_indented(event)[:LONGEST])


def _golden(documents: Iterable[bytes]) -> str:
    return _indented([orjson.loads(document) for document in documents]) + "\n"


def _indented(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _remark(text: str, path: Path) -> Remark:
    """What is wrong, at its place where that is in what is written."""
    found = _PLACE.fullmatch(text)
    if found is None or found["file"] != shown(path):
        return Remark(message=text)
    return Remark(message=found["message"], line=int(found["line"]), column=int(found["column"]))

"""`${env:NAME}` and `${file:path}` in a configuration's strings, resolved before anything else looks at them.

No message ever holds a resolved value: a problem names the variable or the file, and where it is written.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from adapters.errors import ConfigError, Problem
from adapters.settings import AfterValidator, BeforeValidator, Field, Info, SecretStr, Settings, WrapValidator
from adapters.settings.reading import encodable
from adapters.yamlfile import Location, YamlFile

FRESH = 1.0
"""Seconds after which the files of a secret are looked at again when it is asked for."""

Parts = tuple[str | Path, ...]
"""What a text is made of: pieces of it, and the files of which the others come."""


class Rotated(SecretStr):
    """A secret of a file, which may be replaced: it is what the file says now, or last said where it says nothing.

    `known` has every value that it had, for none of them is to be told.
    """

    def __init__(self, value: str, parts: Parts, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(value)
        self._parts, self._clock = parts, clock
        self._looked = clock()
        self.known: tuple[str, ...] = (value,)

    def __reduce__(self) -> tuple[type[Rotated], tuple[str, Parts]]:
        return Rotated, (self._secret_value, self._parts)

    def get_secret_value(self) -> str:
        """As it is now."""
        if self._clock() - self._looked >= FRESH:
            self._looked = self._clock()
            self._read()
        return self._secret_value

    def _read(self) -> None:
        try:
            found = "".join(part if isinstance(part, str) else _file(part) for part in self._parts)
        except _Missing:
            return  # it is just being replaced; if it stays away, the old one may still do
        if found and found != self._secret_value:
            self._secret_value = found
            self.known = (*self.known, found)


def _secret(value: Any, read: Callable[[Any], Any], info: Info) -> SecretStr:
    if isinstance(value, str) and not value.strip():
        raise ValueError("a secret is empty: write it, or leave the setting out")
    made: SecretStr = read(value)
    parts = info.context.get(value) if isinstance(info.context, dict) and isinstance(value, str) else None
    return Rotated(value, parts) if parts else made


Secret = Annotated[SecretStr, Field(min_length=1), WrapValidator(_secret)]
"""A value that is never shown. Empty is refused: it usually is a variable that somebody forgot to set.

One that comes out of a file follows that: to use it is to call `get_secret_value` each time.
"""


def _one_line(secret: SecretStr) -> SecretStr:
    if re.search("[\r\n]", secret.get_secret_value()):
        raise ValueError("a secret that is sent in a header is one line: this one has more")
    return secret


HeaderSecret = Annotated[Secret, AfterValidator(_one_line)]
"""A secret that goes into a header, which has no line breaks."""

Secrets = Annotated[
    tuple[Secret, ...],
    BeforeValidator(lambda value: value if isinstance(value, list | tuple) else (value,), Secret | list[Secret]),
    Field(min_length=1),
]
"""A secret, or a list of them, of which any may be the right one while they are being exchanged."""

Made = TypeVar("Made")


class Following(Generic[Made]):
    """What is made of settings, made anew when a secret of theirs is another one."""

    def __init__(self, settings: Any, make: Callable[[], Made]) -> None:
        self._secrets = list(rotated(settings))
        self._make = make
        self._values = self._now()
        self._made = make()

    def __call__(self) -> Made:
        """As it is now; of a secret that nothing can be made of, the one before it stays."""
        if (values := self._now()) != self._values:
            self._values = values
            with suppress(ConfigError, ValueError):
                self._made = self._make()
        return self._made

    def _now(self) -> tuple[str, ...]:
        return tuple(each.get_secret_value() for each in self._secrets)


def rotated(settings: Any) -> Iterator[Rotated]:
    """Every secret in some settings that may be replaced."""
    match settings:
        case Rotated():
            yield settings
        case Settings():
            for _, each in settings:
                yield from rotated(each)
        case Mapping():
            for each in settings.values():
                yield from rotated(each)
        case list() | tuple():
            for each in settings:
                yield from rotated(each)


_REFERENCE = re.compile(r"\$\{(env|file):([^}]*)\}")


class _Missing(Exception):
    """A reference to something that is not there, or a text that can be of no use: what, and what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


class Resolved(NamedTuple):
    """A document with every reference replaced, and of each that could not be where it is and what is wrong.

    `secrets` has, by the text that it became, what came out of files: context for models with a Secret. `empty` says,
    of each text that became nothing, why, and what to do.
    """

    file: YamlFile
    secrets: Mapping[str, Parts]
    empty: Mapping[Location, str]
    problems: Sequence[tuple[Location, Problem]]


def resolve(file: YamlFile, environ: Mapping[str, str]) -> Resolved:
    """The document with every reference replaced, and a problem for each thing that is not there, where it is first.

    `${env:NAME}` is an environment variable, `${env:NAME:-default}` the same with a value for when it is unset or
    empty, `${file:path}` a file's text without its last line break. What cannot be resolved stays as written.
    """
    missing: dict[str, list[tuple[Location, _Missing]]] = {}
    secrets: dict[str, Parts] = {}
    empty: dict[Location, str] = {}

    def walk(value: Any, at: Location) -> Any:
        if isinstance(value, dict):
            return {key: walk(item, (*at, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, (*at, index)) for index, item in enumerate(value)]
        return text(value, at) if isinstance(value, str) else value

    def text(value: str, at: Location) -> str:
        try:
            pieces = list(_pieces(value, environ))
        except _Missing as error:
            missing.setdefault(error.message, []).append((at, error))
            return value
        found = "".join(piece for piece, _ in pieces)
        if value and not found.strip():
            empty[at] = " and ".join(_emptied(match) for match in _REFERENCE.finditer(value))
        if any(path for _, path in pieces):
            secrets[found] = tuple(path or piece for piece, path in pieces)
        return found

    data = walk(file.data, ())
    return Resolved(replace(file, data=data), secrets, empty, [*_told(file, missing.values())])


def _emptied(reference: re.Match[str]) -> str:
    if reference[1] == "file":
        return f"the file {reference[2]} is empty: write into it"
    return f"the environment variable {reference[2].partition(':-')[0]} is empty: set it"


def _told(file: YamlFile, missing: Iterable[Sequence[tuple[Location, _Missing]]]) -> Iterator[tuple[Location, Problem]]:
    """Each place; the first one of what is missing says so, and where else it is."""
    for places in missing:
        (first, error), *others = places
        marks = [mark for at, _ in others if (mark := file.mark(at))]
        lines = ", ".join(f"line {mark.line}" if mark.line else mark.file for mark in marks)
        also = f"; also in {lines}" if lines else ""
        problem = file.problem(first, error.message, error.hint + also)
        yield from ((at, problem) for at, _ in places)


def _pieces(text: str, environ: Mapping[str, str]) -> Iterator[tuple[str, Path | None]]:
    """What a text is made of, and the file of which that comes."""
    if "\0" in text:
        raise _Missing("a NUL character is in no setting", "leave it out")
    at = 0
    for match in _REFERENCE.finditer(text):
        yield text[at : match.start()], None
        if match[1] == "file":
            yield _file(Path(match[2])), Path(match[2])
        else:
            yield _variable(match[2], environ), None
        at = match.end()
    yield text[at:], None


def _variable(reference: str, environ: Mapping[str, str]) -> str:
    name, has_default, default = reference.partition(":-")
    if not encodable(environ.get(name, "")):
        raise _Missing(f"the environment variable {name} is not UTF-8 text", "a value is text")
    if has_default:
        return environ.get(name) or default
    if name not in environ:
        raise _Missing(f"the environment variable {name} is not set", f"set it, or write ${{env:{name}:-default}}")
    return environ[name]


def _file(name: Path) -> str:
    try:
        text = name.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise _no_text(name) from None
    except OSError as error:
        raise _Missing(f"the file {name} cannot be read: {error.strerror}", "check the path and its owner") from None
    if "\0" in text:
        raise _no_text(name)
    return text.removesuffix("\n").removesuffix("\r")


def _no_text(name: Path) -> _Missing:
    return _Missing(f"the file {name} is not UTF-8 text", "a secret is one line of text")

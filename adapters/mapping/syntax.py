"""The text of expressions: `path | filter(argument) | ...`, alone or inside a template as `${...}`.

Grammar, complete:

    template   = { text | "${" expression "}" }              "$${" writes a literal "${"
    expression = path { "|" name [ "(" [ argument { "," argument } ] ")" ] }
    argument   = string | number | "true" | "false" | path
    path       = step { "." step | "[" integer "]" | "[*]" }
    step       = word | string                               a word may start with "$": a name that is not the payload's
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Every(Enum):
    """The step `[*]`: to every item of a list."""

    ITEM = "*"

    def __str__(self) -> str:
        return self.value


ALL = Every.ITEM
Step = str | int | Every


class SyntaxProblem(ValueError):
    """A text that is not of the grammar; the message says what was found and what was expected."""


@dataclass(frozen=True, slots=True)
class Path:
    """Where to look; `name` is set instead of a first step when the path starts with a `$name`."""

    steps: tuple[Step, ...]
    name: str | None = None

    def __str__(self) -> str:
        return written(self.steps, f"${self.name}" if self.name else "")


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant in an argument list."""

    value: str | int | float | bool


Argument = Path | Literal


@dataclass(frozen=True, slots=True)
class Call:
    """One filter of a pipeline."""

    name: str
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Expression:
    """A path and the filters its value goes through."""

    path: Path
    calls: tuple[Call, ...] = ()


Template = tuple[str | Expression, ...]
"""Texts and expressions in the order they are written; no two texts in a row."""

_STRING = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_TOKEN = re.compile(
    rf"""\s*(?:
      (?P<string>{_STRING})
    | (?P<number>-?\d+(?:\.\d+)?)(?![\w$-])
    | (?P<word>\$?[A-Za-z_][\w-]*)
    | (?P<mark>[|(),.\[\]*])
    )""",
    re.VERBOSE,
)
_INSIDE = re.compile(rf"""(?:{_STRING}|[^"'}}])*\}}""", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_][\w-]*")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def written(steps: Iterable[Step], start: str = "") -> str:
    """Steps from a start, as they are written."""
    text = start
    for step in steps:
        text += f"{'.' if text else ''}{_word(step)}" if isinstance(step, str) else f"[{step}]"
    return text


@lru_cache(maxsize=256)  # filters ask for each value
def members(text: str) -> tuple[Step, ...]:
    """The steps of a path that starts at a value's own members, `a.b[*].c`; raises SyntaxProblem."""
    if (found := expression(text)).calls or found.path.name:
        raise SyntaxProblem(f"'{text}' is not a path, such as a.b")
    return found.path.steps


def expression(text: str) -> Expression:
    """Parses a whole expression, without `${}`; raises SyntaxProblem."""
    parser = _Parser(text)
    result = parser.expression()
    parser.end()
    return result


def template(text: str) -> Template:
    """Parses a text with `${...}` in it; raises SyntaxProblem."""
    return tuple(_merged(_template_parts(text)))


def _template_parts(text: str) -> Iterator[str | Expression]:
    at = 0
    while (start := text.find("${", at)) >= 0:
        if text[start - 1 : start] == "$" and start > at:
            yield text[at : start - 1] + "${"
            at = start + 2
            continue
        yield text[at:start]
        end = _closing(text, start + 2)
        yield expression(text[start + 2 : end])
        at = end + 1
    yield text[at:]


def _closing(text: str, at: int) -> int:
    """The index of the brace that closes an expression, past any in its strings."""
    if match := _INSIDE.match(text, at):
        return match.end() - 1
    raise SyntaxProblem(f"'${{' is not closed in '{text}'")


def _merged(parts: Iterator[str | Expression]) -> Iterator[str | Expression]:
    pending = ""
    for part in parts:
        if isinstance(part, str):
            pending += part
            continue
        if pending:
            yield pending
        pending = ""
        yield part
    if pending:
        yield pending


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0

    def expression(self) -> Expression:
        head, calls = self.path(), []
        while self._accept("|"):
            calls.append(self._call())
        return Expression(head, tuple(calls))

    def path(self) -> Path:
        first = self._step()
        name = first.removeprefix("$") if first.startswith("$") else None
        steps: list[Step] = [] if name else [first.removeprefix("\0")]
        while True:
            if self._accept("."):
                steps.append(self._step().removeprefix("\0"))
            elif self._accept("["):
                steps.append(ALL if self._accept("*") else self._index())
                self._expect("]")
            else:
                return Path(tuple(steps), name)

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise SyntaxProblem(f"unexpected '{self.tokens[self.at].text}' in '{self.text}'")

    def _call(self) -> Call:
        name = self._expect("word")
        if not self._accept("("):
            return Call(name)
        arguments: list[Argument] = []
        while not self._accept(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._argument())
        return Call(name, tuple(arguments))

    def _argument(self) -> Argument:
        token = self._peek()
        if token.text in ("true", "false"):
            self.at += 1
            return Literal(token.text == "true")
        if token.kind == "number":
            self.at += 1
            return Literal(float(token.text) if "." in token.text else int(token.text))
        if token.kind == "string" and self._peek(1).text not in (".", "["):
            self.at += 1
            return Literal(_unquoted(token.text))
        return self.path()

    def _index(self) -> int:
        text = self._expect("number")
        if "." in text:
            raise SyntaxProblem(f"expected a whole number, found '{text}' in '{self.text}'")
        return int(text)

    def _step(self) -> str:
        """A word as it is; a string behind a NUL, so that a quoted `$name` stays the payload's."""
        token = self._peek()
        if token.kind == "string":
            self.at += 1
            return "\0" + _unquoted(token.text)
        return self._expect("word")

    def _peek(self, ahead: int = 0) -> _Token:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else _Token("end", "")

    def _accept(self, mark: str) -> bool:
        found = self._peek().text == mark
        self.at += found
        return found

    def _expect(self, wanted: str) -> str:
        token = self._peek()
        if wanted not in (token.kind, token.text):
            found = f"'{token.text}'" if token.text else "the end"
            raise SyntaxProblem(f"expected {_NAMES.get(wanted, repr(wanted))}, found {found} in '{self.text}'")
        self.at += 1
        return token.text


_NAMES = {"word": "a name", "number": "a number"}


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while at < len(text.rstrip()):
        if (match := _TOKEN.match(text, at)) is None:
            raise SyntaxProblem(f"unexpected '{text[at:].strip()[:12]}' in '{text}'")
        kind = match.lastgroup or ""
        yield _Token(kind, match[kind])
        at = match.end()


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _word(step: str) -> str:
    return step if _WORD.fullmatch(step) else '"' + step.replace("\\", "\\\\").replace('"', '\\"') + '"'

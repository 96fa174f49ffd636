"""What a mapping wants never to be kept: members of JSON, by their paths, gone before anything is on disk.

A path is `outputs.*.value`, `variables[*].value` or `**.token`: `*` is any member, `[*]` any item, `**` any depth. It
begins where the mapping's own paths do, and at the root of each JSON text within, such as envelopes have.
What cannot be read could hold anything: it is left out as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from adapters.bounds import JSON, too_many
from adapters.mapping.framing import EACH_LINE, Framing
from adapters.marks import unmarked
from adapters.model import DROPPED, Notification
from adapters.urlencoded import pairs

ALL = "all"
"""What the header says where nothing was left."""

ANY, DEEP = object(), object()
Steps = tuple[Any, ...]

_STEP = re.compile(r"""\.?(?:(\*\*)|(\*)|"((?:[^"\\]|\\.)+)"|([\w$@-]+))|\[(?:(\*)|([0-9]+))\]""")
_FORM = "application/x-www-form-urlencoded"


def steps(path: str) -> Steps:
    """The steps of a path; raises ValueError for what is none."""
    found: list[Any] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or match[0].startswith(".") != (at > 0 and path[at] != "["):
            raise ValueError(f"'{path}' is not a path: expected one such as outputs.*.value, items[*].key")
        found.append(_step(match))
        at = match.end()
    if not found or found[-1] is DEEP:
        raise ValueError(f"'{path}' does not say what is left out: it has to end in a member, * or [*]")
    return tuple(found)


def _step(match: re.Match[str]) -> Any:
    deep, any_member, quoted, word, any_item, index = match.groups()
    if deep:
        return DEEP
    if any_member or any_item:
        return ANY
    return int(index) if index else word or quoted.replace('\\"', '"')


def removed(value: Any, path: Steps) -> int:
    """Takes what the steps lead to out of a value; how many members and items that was."""
    step, rest = path[0], path[1:]
    if step is DEEP:
        return removed(value, rest) + sum(removed(each, path) for each in _items(value, ANY).values())
    found = _items(value, step)
    if rest:
        return sum(removed(each, rest) for each in found.values())
    for key in reversed(found):
        del value[key]
    return len(found)


def _items(value: Any, step: Any) -> dict[Any, Any]:
    """The members or items that a step leads to, by their keys."""
    if isinstance(value, dict):
        return dict(value) if step is ANY else {step: value[step]} if step in value else {}
    if isinstance(value, list) and (step is ANY or isinstance(step, int)):
        return {at: each for at, each in enumerate(value) if step in (ANY, at)}
    return {}


@dataclass(frozen=True, slots=True)
class Drop:
    """Leaves members out of notifications; the header `x-dropped` of one names the paths of what is gone.

    `lines` says that a body may be lines, of which `framing` puts pieces together; `unwrap` is the member in which an
    envelope has the document.
    """

    paths: tuple[str, ...] = ()
    lines: bool = False
    framing: Framing = EACH_LINE
    unwrap: str | None = None

    def __bool__(self) -> bool:
        return bool(self.paths)

    def __call__(self, heard: Notification) -> Notification:
        """A notification as it may be kept; the same one where there is nothing to leave out."""
        if not self.paths or not heard.body:
            return heard
        dropping = _Dropping(self, {path: steps(path) for path in self.paths})
        body = dropping.body(heard.body, is_form=heard.headers.get("content-type", "").startswith(_FORM))
        if not dropping.gone:
            return heard
        gone = dropping.gone.union(filter(None, heard.headers.get(DROPPED, "").split(", ")))
        return heard._replace(body=body, headers={**heard.headers, DROPPED: ", ".join(sorted(gone))})


NONE = Drop()
"""Leaves nothing out."""


@dataclass(slots=True)
class _Dropping:
    """One notification; `gone` are the paths of what was left out of it."""

    drop: Drop
    paths: Mapping[str, Steps]
    count: int = 0
    gone: set[str] = field(default_factory=set)

    def body(self, body: bytes, *, is_form: bool) -> bytes:
        plain = unmarked(body)
        marks = JSON + b"\n" if self.drop.lines else JSON
        made = self._nothing(plain) if too_many(plain, marks) else self._made(plain, is_form=is_form)
        return made if self.gone else body

    def _made(self, body: bytes, *, is_form: bool) -> bytes:
        if (document := _json(body)) is not None:
            return self._document(body, document)
        if is_form:
            return self._form(body)
        return self._lines(body) if self.drop.lines else self._nothing(body)

    def _form(self, body: bytes) -> bytes:
        try:
            fields = pairs(body)
        except ValueError:  # nobody reads it
            return self._nothing(body)
        return urlencode([(name, self._text(value.decode("utf-8", "replace"))) for name, value in fields]).encode()

    def _lines(self, body: bytes) -> bytes:
        """Lines in their envelopes; without these where only pieces of several lines together are JSON."""
        lines, records = body.split(b"\n"), [text for text, *_ in self.drop.framing.records(body)]
        return b"\n".join(map(self._line, lines if len(lines) == len(records) else records))

    def _line(self, line: bytes) -> bytes:
        """A line without what is to be left out of the JSON that it ends in."""
        begin = line.find(b"{")
        if begin < 0:
            return line
        before, rest = line[:begin], line[begin:]
        document = _json(rest)
        return before + (self._nothing(rest) if document is None else self._document(rest, document))

    def _document(self, text: bytes, document: Any) -> bytes:
        try:
            return self._left(text, document)
        except RecursionError:  # nested too deeply to be looked into
            return self._nothing(text)

    def _left(self, text: bytes, document: Any) -> bytes:
        before = self.count
        document = self._within(document)
        inner = document.get(self.drop.unwrap or "") if isinstance(document, dict) else None
        for root in (document, inner):
            for path, steps_ in self.paths.items():
                if removed(root, steps_):
                    self._left_out(path)
        return text if self.count == before else json.dumps(document, separators=(",", ":")).encode()

    def _within(self, value: Any) -> Any:
        """The same value, in which texts of JSON are without what must not be kept, too."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict | list):
            for key, each in value.items() if isinstance(value, dict) else enumerate(value):
                value[key] = self._within(each)
        return value

    def _text(self, text: str) -> str:
        encoded = text.encode("utf-8", "surrogatepass")
        return (
            text
            if (document := _json(encoded)) is None
            else self._document(encoded, document).decode("utf-8", "surrogatepass")
        )

    def _nothing(self, body: bytes) -> bytes:
        self._left_out(ALL)
        return f"[left out: {len(body)} bytes that are not JSON]".encode()

    def _left_out(self, path: str) -> None:
        self.count += 1
        self.gone.add(path)


def _json(text: bytes) -> Any:
    """The object or list that a text is in JSON; None when it is neither, or nested too deeply to be read."""
    if text.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        return json.loads(text.decode("utf-8", "surrogatepass"), object_pairs_hook=_members)
    except (ValueError, RecursionError):
        return None


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises ValueError for a name that is there twice, of which the first would be kept unseen."""
    if len(found := dict(pairs)) < len(pairs):
        raise ValueError("a member is there twice")
    return found

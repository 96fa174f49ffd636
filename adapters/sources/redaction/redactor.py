"""Leaves out of a notification what must not be kept: JSON stays JSON, a form a form, and text text.

Pure, so that the same notification is the same without it, however often it is heard, and has the same id.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from adapters.bounds import JSON, MOST_VALUES, too_many
from adapters.mapping.dropping import Drop
from adapters.mapping.framing import Framing
from adapters.mapping.patterns import compiled
from adapters.model import REDACTED, Notification
from adapters.redaction import INSTEAD
from adapters.sources.redaction.names import FORMS, IN_URL, QUIET, Form
from adapters.sources.redaction.settings import Redaction
from adapters.urlencoded import pairs
from adapters.urls import SENSITIVE

_NAMES, _VALUES = ("name", "key", "Name", "Key"), ("value", "Value")
"""The members of an object that is a name and a value: a parameter of Jenkins, a variable of a container."""

Redact = Callable[[Notification], Notification]
"""Gives a notification without what must not be kept; the header `x-redacted` counts what was left out."""


def redactor(settings: Redaction | None) -> Redact:
    """What leaves out what a source is told to; None leaves all as it is."""
    if settings is None:
        return lambda notification: notification
    patterns, drop = _Patterns(settings), Drop(settings.drop, lines=True, framing=Framing())
    return lambda notification: _Redacting(patterns).notification(drop(notification))


def by_name() -> Redact:
    """What leaves out all that looks secret by its name, whatever the source keeps: for who looks at what was kept."""
    return redactor(Redaction())


class _Patterns:
    """What is secret: `secret(path)` says it of a name, `texts` are patterns of what is, wherever it stands."""

    def __init__(self, settings: Redaction) -> None:
        names = [compiled(f"(?i){each}") for each in (*([SENSITIVE] if settings.secrets else []), *settings.keys)]
        self.secret = lru_cache(4096)(lambda path: any(each.search(_bytes(path)) for each in names))
        self.texts = [compiled(each) for each in settings.text]
        self.in_urls = settings.secrets


class _Redacting:
    """One notification; `count` is how much was left out of it."""

    def __init__(self, patterns: _Patterns) -> None:
        self._patterns, self.count = patterns, 0

    def notification(self, heard: Notification) -> Notification:
        body = self._form(heard.body) if _is_form(heard) else self._body(heard.body)
        headers = {name: self._member(name, name, value) for name, value in heard.headers.items()}
        if not self.count:
            return heard
        before = int(headers.get(REDACTED, 0))
        return heard._replace(body=body, headers={**headers, REDACTED: str(before + self.count)})

    def _body(self, body: bytes) -> bytes:
        text, encoding = _decoded(body)
        found = self._text(text)
        return body if found == text else found.encode(encoding)

    def _form(self, body: bytes) -> bytes:
        try:
            fields = [(name.decode(errors="replace"), value.decode(errors="replace")) for name, value in pairs(body)]
        except ValueError:  # of more fields than anybody reads: it is looked through as a text
            return self._body(body)
        found = [(self._text(name), self._member(name, name, value)) for name, value in fields]
        return body if found == fields else urlencode(found).encode()

    def _text(self, text: str) -> str:
        """A text, which may be JSON, or have lines that are, unless they are too many to be objects."""
        if len(text) > MOST_VALUES and too_many(_bytes(text), JSON + b"\n"):
            return self._plain(text)
        if (document := _json(text)) is not None:
            return self._document(text, document)
        lines = groupby(text.splitlines(keepends=True), key=lambda line: _json(line) is not None)
        return "".join("".join(map(self._line, each)) if json_ else self._plain("".join(each)) for json_, each in lines)

    def _line(self, line: str) -> str:
        content = line.rstrip("\r\n")
        return self._document(content, _json(content)) + line[len(content) :]

    def _document(self, text: str, document: Any) -> str:
        before = self.count
        try:
            found = self._value("", document)
        except RecursionError:
            self.count = before
            return self._plain(text)
        return text if self.count == before else json.dumps(found, separators=(",", ":"))

    def _value(self, path: str, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self._value(path, each) for each in value]
        if isinstance(value, dict):
            named = next((value[key] for key in _NAMES if isinstance(value.get(key), str)), None)
            return {key: self._member(_path(path, key), _name(path, key, named), each) for key, each in value.items()}
        return value

    def _member(self, path: str, name: str, value: Any) -> Any:
        if value in ("", None, INSTEAD) or not (self._patterns.secret(path) or self._patterns.secret(name)):
            return self._value(path, value)
        self.count += 1
        return INSTEAD

    def _plain(self, text: str) -> str:
        if not QUIET.fullmatch(text):
            for form in FORMS:
                text = self._named(text, form)
            if self._patterns.in_urls:
                text = IN_URL.sub(self._matched, text)
        for each in self._patterns.texts:
            pieces = _bytes(text).decode(errors="replace").split(INSTEAD)
            text = INSTEAD.join(each.sub(self._matched, piece) for piece in pieces)
        return text

    def _named(self, text: str, form: Form) -> str:
        """A text without the values whose names are secret, where it writes them in this form."""
        pieces, at = [], 0
        for head in form.head.finditer(text):
            if head.start() < at or not self._patterns.secret(head["name"]):
                continue
            if found := form.value.match(text, head.end()):
                begin, end = found.span(found.lastindex or 0)
                pieces += [text[at:begin], self._instead(text[begin:end])]
                at = end
        return "".join([*pieces, text[at:]])

    def _matched(self, match: Any) -> str:
        group = 1 if match.re.groups and match[1] is not None else 0
        whole: str = match[0]
        begin, end = (at - match.start() for at in match.span(group))
        return whole[:begin] + self._instead(whole[begin:end]) + whole[end:]

    def _instead(self, value: str) -> str:
        if value in ("", INSTEAD):
            return value
        self.count += 1
        return INSTEAD


def _path(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _name(path: str, key: str, named: str | None) -> str:
    """By what a member is known: the name that stands beside its value, or its key."""
    return _path(path, named if named is not None and key in _VALUES else key)


def _json(text: str) -> Any:
    """The object or list that a text is in JSON; None when it is neither."""
    if text.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return None
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def _is_form(heard: Notification) -> bool:
    said = heard.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return said and _json(_decoded(heard.body)[0]) is None  # `curl -d` says so of JSON


def _decoded(body: bytes) -> tuple[str, str]:
    """A body as text, and the encoding that gives back the same bytes."""
    encoding = "utf-16" if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8"
    try:
        return body.decode(encoding), encoding
    except UnicodeDecodeError:
        return body.decode("latin-1"), "latin-1"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")

"""Where something is sent for an event: what an event says is a piece of the way, and never the way out of it.

A server may decode what is percent-encoded, take a backslash for a slash, drop what follows a `;`, and go up at `..`.
So a made place is read as the most lenient server would, and must have all that is written around the `${...}`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from adapters.mapping import syntax
from adapters.mapping.failures import Failure
from adapters.mapping.patterns import compiled
from adapters.urls import is_callable

Check = Callable[[str], str]
"""Gives a place that was made of a template; raises Failure where it leads elsewhere."""

_AUTHORITY = compiled(r"https?://[^/?#@\\\s]+[/?#]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SEPARATORS = re.compile(r"[/\\]")
_DECODED = 5
"""How often a place is decoded: each server on the way may do it once."""

_SEGMENT, _PARAMETER, _ANYTHING = r"[^/?#\\\x00-\x1f\x7f]+", r"[^&#\\\x00-\x1f\x7f]*", r"[^\x00-\x1f\x7f]+"


def url(template: str) -> Check:
    """The URL of a call; raises ValueError where an event could choose the server, or part of its name."""
    parts = syntax.template(template)
    begin = parts[0] if parts and isinstance(parts[0], str) else ""
    authority = _AUTHORITY.match(begin if len(parts) > 1 else f"{begin}/")
    if authority is None or not is_callable(authority[0]):
        raise ValueError(
            "expected a URL such as https://deploy.example.com/runs/${subject.id | url_encode}: the host, and a port "
            "where there is one, are written out and can be ones, without a user name or password, and only what "
            "follows its '/' is made of the event"
        )
    return _below(parts)


def path(template: str) -> Check:
    """The path of a call, and its query, below the address of a server; raises ValueError for what is none."""
    parts = syntax.template(template)
    begin = parts[0] if parts and isinstance(parts[0], str) else ""
    if not begin.startswith("/") or begin.startswith("//"):
        raise ValueError(
            "expected a path such as /repos/${$repository | url_encode}: it begins with one '/', and is below the "
            "address that the sink has"
        )
    return _below(parts)


def names(template: str) -> Check:
    """Names between slashes, each `${...}` within one of them, but for one that is all of the template."""
    parts = syntax.template(template)
    inner = _SEGMENT if len(parts) > 1 else _ANYTHING
    return _check(parts, "".join(re.escape(part) if isinstance(part, str) else inner for part in parts))


def name(template: str) -> Check:
    """One name, whatever is in it, for who quotes it."""
    return _check(syntax.template(template), _ANYTHING)


def _below(parts: syntax.Template) -> Check:
    pattern, query = "", False
    for part in parts:
        query = query or (isinstance(part, str) and any(mark in part for mark in "?#"))
        pattern += re.escape(part) if isinstance(part, str) else _PARAMETER if query else _SEGMENT
    return _check(parts, pattern)


def _check(parts: syntax.Template, pattern: str) -> Check:
    whole = compiled(pattern)
    if _leads_up("".join(part if isinstance(part, str) else "x" for part in parts)):
        raise ValueError("a path cannot have '.' or '..' for a name, nor characters that cannot be seen")

    def check(made: str) -> str:
        if not whole.fullmatch(made) or _leads_up(made):
            raise Failure(
                "what is made of it would lead to another place than the one that is set "
                "(a '..', nothing at all, or a '/', '?' or '&' that is not '| url_encode'd)"
            )
        return made

    return check


def _leads_up(place: str) -> bool:
    """Whether somebody could read its path as another one: it goes up, stays, or has what ends a line or a text."""
    path = re.split(r"[?#]", place)[0]
    for _ in range(_DECODED):
        pieces = [piece.partition(";")[0].strip() for piece in _SEPARATORS.split(path)]
        if _CONTROL.search(path) or not {".", ".."}.isdisjoint(pieces):
            return True
        path, before = unquote(path), path
        if path == before:
            return False
    return True

"""Patterns that Python's own engine, which backtracks, matches as RE2 does, in steps that are counted beforehand.

RE2 never takes long, but every call from Python does: several times as long as `re` on a short text. A pattern of a
plain kind finds the same in both, and how often it may try again is known: once for each way through what it leaves
open. What that comes to, for a text of a length, has a bound; longer texts, and all other patterns, are RE2's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from string import printable
from typing import NamedTuple, cast

STEPS = 1 << 18
"""What one search may take at most: about a millisecond."""

LONGEST, SHORTEST = 4096, 16
"""Characters of the longest text that is looked at whatever the pattern is; a bound below the other is none."""

_FLAGS = re.compile(r"(?:\(\?([ims]+)\))?\^?")
"""What stands before the rest. Of flags only `i` matters where there is one line."""

_IN_CLASS = r"""[\w /:.,;=@%#+*?(){}<>!'"$]|-(?!-)|&(?!&)|\\[dw]|\\[^\w\s]"""
_ATOM = rf"""\[\^?(?:{_IN_CLASS})+\]|\\[dw]|\\[^\w\s]|[\w /:.,;=@%#<>!~'"&-]"""
_TIMES = r"[*+?]\??|\{\d+(?:,\d*)?\}\??"
_TOKEN = re.compile(
    rf"(?P<atom>{_ATOM})(?P<times>{_TIMES})?|(?P<open>\((?:\?:)?)|\)(?P<again>{_TIMES})?|[|$]", re.ASCII
)
_TEXTS = [each for each in printable if each.isprintable()]


class Bounded(NamedTuple):
    """A pattern for `re`, and how long a text of printable ASCII may be for it."""

    pattern: re.Pattern[str]
    longest: int


def bounded(pattern: str, *, whole: bool = False) -> Bounded | None:
    """A pattern, which RE2 takes, for `re`; None where it is not known that both find the same, and soon.

    With `whole` it is for texts that it matches from their beginning.
    """
    head = cast(re.Match[str], _FLAGS.match(pattern))
    flags = re.ASCII | (re.IGNORECASE if "i" in (head[1] or "") else 0)
    if (tokens := _tokens(pattern[head.end() :])) is None:
        return None
    if (count := _Count(tokens, flags, anchored=whole or head[0].endswith("^"), whole=whole).made()) is None:
        return None
    longest = min(LONGEST, int((STEPS / count.ways) ** (1 / count.degree)))
    return Bounded(re.compile(pattern, flags), longest) if longest >= SHORTEST else None


def _tokens(pattern: str) -> Sequence[re.Match[str]] | None:
    """What a pattern is made of; None where something in it is not of the plain kind."""
    tokens = [*_TOKEN.finditer(pattern)]
    return tokens if "".join(token[0] for token in tokens) == pattern else None


@dataclass(slots=True)
class _Group:
    """A group while it is read: `fixed` if there is one way through it at most, `solid` if it never is of nothing."""

    capturing: bool = False
    branches: int = 1
    fixed: bool = True
    solid: bool = False


class _Count:
    """How many ways there are through a pattern: `ways` times the text's length to the power of `degree`, at most."""

    def __init__(self, tokens: Sequence[re.Match[str]], flags: int, *, anchored: bool, whole: bool) -> None:
        self._tokens, self._flags = tokens, flags
        self._groups = [_Group()]
        self._anchored, self._whole = anchored, whole
        self.ways, self.degree = 1, 1

    def made(self) -> _Count | None:
        """The count; None for a pattern that repeats what can be read in several ways, or is nothing."""
        if not all(self._read(index, token) for index, token in enumerate(self._tokens)):
            return None
        self.ways *= self._groups[0].branches
        self.degree += not self._anchored
        return self

    def _read(self, index: int, token: re.Match[str]) -> bool:
        if token["atom"]:
            self._atom(index, token)
        elif token["open"]:
            self._groups.append(_Group(capturing=token["open"] == "("))
        elif token[0].startswith(")"):
            return self._close(token["again"] or "")
        elif token[0] == "|":
            self._anchored = self._whole or (self._anchored and len(self._groups) > 1)
            self._groups[-1].branches += 1
            self._groups[-1].fixed = False
        return True

    def _atom(self, index: int, token: re.Match[str]) -> None:
        least, most = _times(token["times"] or "")
        self._groups[-1].solid |= least > 0
        if most is None:
            if not self._ends(index):
                self._open(degree=1)
        elif most != least:
            self._open(ways=most - least + 1)

    def _close(self, again: str) -> bool:
        inner = self._groups.pop()
        outer = self._groups[-1]
        self.ways *= inner.branches
        least, most = _times(again)
        if most == least == 1:
            outer.fixed &= inner.fixed
            outer.solid |= inner.solid
        elif (least, most) == (0, 1):
            self._open(ways=2)
        else:
            self._open(degree=1)
            return inner.fixed and inner.solid and not inner.capturing
        return True

    def _open(self, *, ways: int = 1, degree: int = 0) -> None:
        self._groups[-1].fixed = False
        self.ways *= ways
        self.degree += degree

    def _ends(self, index: int) -> bool:
        """Whether what is repeated ends where it has to: what follows is none of it, or there is nothing more."""
        depth = len(self._groups)
        for token in self._tokens[index + 1 :]:
            if token[0] == ")":
                depth -= 1
                continue
            if token[0] == "$" or (token[0] == "|" and depth == 1):
                return True
            follows = token["atom"] and _times(token["times"] or "")[0] > 0
            return bool(follows) and self._texts(self._tokens[index]).isdisjoint(self._texts(token))
        return True

    def _texts(self, token: re.Match[str]) -> set[str]:
        return {each for each in _TEXTS if re.fullmatch(token["atom"], each, self._flags)}


def _times(written: str) -> tuple[int, int | None]:
    """How often something is there, at least and at most; None for any number."""
    written = written[:-1] if len(written) > 1 and written.endswith("?") else written
    if written.startswith("{"):
        least, comma, most = written[1:-1].partition(",")
        return int(least), (int(most) if most else None) if comma else int(least)
    return {"": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}[written]

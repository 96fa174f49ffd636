"""Regular expressions that cannot hang: RE2, whose time is linear in the text (github.com/google/re2).

Short texts are left to Python's `re` where it is known to find the same, and soon (`backtracking`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import re2

from adapters.mapping.backtracking import bounded

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """A compiled pattern, with the interface of `re.Pattern`; raises ValueError when it is not RE2 syntax."""
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error
        raise ValueError(f"'{pattern}' is not a regular expression: {reason}") from None


@lru_cache(maxsize=1024)
def finding(pattern: str) -> Callable[[str], str | None]:
    """Finds what a pattern's first group does in a text, or without a group the whole of it; raises ValueError."""
    search = compiled(pattern).search
    group = 1 if compiled(pattern).groups else 0

    def find(text: str) -> str | None:
        match = search(text.encode())
        return None if match is None or match[group] is None else match[group].decode()

    if (plain := bounded(pattern)) is None:
        return find
    quick_search, longest = plain.pattern.search, plain.longest

    def find_quickly(text: str) -> str | None:
        if len(text) > longest or not (text.isascii() and text.isprintable()):
            return find(text)
        match = quick_search(text)
        return None if match is None else match[group]

    return find_quickly


@lru_cache(maxsize=1024)
def matching(pattern: str) -> Callable[[str], bool]:
    """Whether a pattern matches a text from its beginning to its end; raises ValueError."""
    whole = compiled(pattern).fullmatch
    if (plain := bounded(pattern, whole=True)) is None:
        return lambda text: whole(text.encode()) is not None
    quick_whole, longest = plain.pattern.fullmatch, plain.longest

    def matches(text: str) -> bool:
        if len(text) > longest or not (text.isascii() and text.isprintable()):
            return whole(text.encode()) is not None
        return quick_whole(text) is not None

    return matches


def candidates(patterns: Sequence[str]) -> Callable[[bytes], Iterable[int]]:
    """Finds which of some patterns match at the beginning of a text in UTF-8, by their indexes, in one pass over it.

    All of them when the patterns together are too large for that. Each pattern is right by itself.
    """
    together = re2.Set.MatchSet(_OPTIONS)
    for pattern in (*patterns, ""):  # the empty one always matches: without it, the pass has failed
        together.Add(pattern)
    every, match = range(len(patterns)), together.Match
    try:
        together.Compile()
    except re2.error:
        return lambda _: every

    def found(text: bytes) -> Iterable[int]:
        indexes = match(text)
        if indexes is None:
            return every
        return sorted(indexes)[:-1] if len(indexes) > 1 else ()

    return found

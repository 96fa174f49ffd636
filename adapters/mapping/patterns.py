"""Regular expressions that cannot hang: RE2, whose time is linear in the text (github.com/google/re2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import re2

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

"""Regular expressions that are compiled when they are first used: most of what is read needs few of the large ones."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


def regex(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, but that a mistake in it is raised by the first use."""
    return cast("re.Pattern[AnyStr]", _Waiting(pattern, flags))


class _Waiting:
    """Has what a compiled expression has, each from when it is first asked for."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._of = pattern, flags

    def __getattr__(self, name: str) -> Any:
        pattern, flags = self._of
        found = getattr(re.compile(pattern, flags), name)
        setattr(self, name, found)
        return found

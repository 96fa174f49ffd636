"""Regular expressions that cannot hang: RE2, whose time is linear in the text (github.com/google/re2)."""

from __future__ import annotations

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

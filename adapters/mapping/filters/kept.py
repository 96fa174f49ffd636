"""What a function of texts gave is kept: tools name the same jobs, repositories and images again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

MOST, LONGEST = 4096, 512
"""How many results are kept, and of how long texts: what somebody makes large is not."""

Texts = ParamSpec("Texts")
Result = TypeVar("Result")


def kept(function: Callable[Texts, Result]) -> Callable[Texts, Result]:
    """The function, which takes texts and is pure; what it raises is not kept."""
    remembering = lru_cache(maxsize=MOST)(function)

    @wraps(function)
    def quick(*texts: Texts.args, **named: Texts.kwargs) -> Result:
        for text in texts:
            if len(text) > LONGEST:  # type: ignore[arg-type]  # they are texts
                return function(*texts, **named)
        return remembering(*texts, **named)  # type: ignore[arg-type]  # and can be hashed

    return quick

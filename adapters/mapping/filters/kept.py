"""What a function of texts gave is kept: tools name the same jobs, repositories and images again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

MOST, LONGEST = 4096, 512
"""How many results are kept, and of how long texts: what somebody makes large is not."""

Result = TypeVar("Result")


def kept(function: Callable[..., Result]) -> Callable[..., Result]:
    """The function, which takes texts and is pure; what it raises is not kept."""
    remembering = lru_cache(maxsize=MOST)(function)

    @wraps(function)
    def quick(text: str, *others: str) -> Result:
        if len(text) > LONGEST or (others and max(map(len, others)) > LONGEST):
            return function(text, *others)
        return remembering(text, *others)

    return quick

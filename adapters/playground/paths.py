"""The paths to what is in an input: what expressions of a mapping may begin with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from adapters.goldens import sent_as

MOST, DEEPEST = 300, 8
"""Paths that are told, and the steps that one may have."""

_WORD = re.compile(r"[A-Za-z_][\w-]*")
_LONGEST = 40


def paths(name: str, content: str) -> list[tuple[str, str]]:
    """Those of the first notification in a file of such a name, with what is there; none where it is no JSON."""
    try:
        first, *_ = sent_as(Path(name).suffix, content.encode())
        value = orjson.loads(first.body)
    except (ValueError, orjson.JSONDecodeError):
        return []
    return list(islice(_below(value, "", DEEPEST), MOST))


def _below(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """The members of an object, and the first item of a list, each before what is in it."""
    if isinstance(value, dict) and depth:
        for key, each in value.items():
            step = key if _WORD.fullmatch(key) else orjson.dumps(key).decode()
            below = f"{path}.{step}" if path else step
            yield below, _shown(each)
            yield from _below(each, below, depth - 1)
    elif isinstance(value, list) and value and path:
        yield from _below(value[0], f"{path}[0]", depth - 1)


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    text = orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"

"""Which files may be others, put aside by rotation: told by their names, in the same directory.

`app.log` may become `app.log.1`, `app.log-20260301.gz` or `app-2026-03-01.log`.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

_SEPARATOR = re.compile(r"[._-]")

_NUMBERED = re.compile(r"[._-]\d[\d._-]*(\.gz)?$")

Item = TypeVar("Item")


def names(path: str) -> tuple[str, str]:
    """What the names of a file's rotations begin with: its path, and that without its suffix, if that is a word."""
    stem, suffix = os.path.splitext(path)
    return path, stem if suffix[1:2].isalpha() else path


def unnumbered(path: str) -> str:
    """A path without the number or date at its end, by which it was put aside already."""
    return _NUMBERED.sub("", path)


def beginnings(path: str) -> Iterator[str]:
    """All of a path before each separator in its name, the longest first."""
    directory, name = os.path.split(path)
    for separator in reversed([*_SEPARATOR.finditer(name, 1)]):
        yield os.path.join(directory, name[: separator.start()])


class Index(Generic[Item]):
    """Items by words, in the order in which they came."""

    def __init__(self, items: Iterable[tuple[Item, Iterable[str]]] = ()) -> None:
        self._by_word: dict[str, list[Item]] = defaultdict(list)
        for item, words in items:
            self.add(item, words)

    def add(self, item: Item, words: Iterable[str]) -> None:
        """One more item."""
        for word in words:
            self._by_word[word].append(item)

    def find(self, words: Iterable[str]) -> list[Item]:
        """The items that have any of the words, each once."""
        return [*dict.fromkeys(item for word in words for item in self._by_word.get(word, ()))]

"""Patterns of lines of text that say how something stands: what differs from line to line gets a name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from adapters.mapping.filters.moment import moment
from adapters.mapping.filters.time import iso
from adapters.scaffold.words import PHASES, plain

MOST = 20
"""Patterns that are proposed."""

_WORD = re.compile(r"[^\w\s./:@#%+~-]+|[\w./:@#%+~-]+")
_KINDS = (
    ("url", re.compile(r"https?://\S+"), r"https?://\S+"),
    ("revision", re.compile(r"[0-9a-f]{40}"), "[0-9a-f]{40}"),
    ("number", re.compile(r"[0-9]+"), "[0-9]+"),
)
_BEFORE_A_NAME = re.compile("of|job|pipeline|build|project|service|workflow|app|application|stage")
_WORDS_OF_TIME = 4


def patterns(lines: Sequence[str]) -> Mapping[str, str]:
    """Regular expressions by name, for the lines that have a word of a state in them; none where no line has."""
    shapes: dict[tuple[str, ...], list[list[str]]] = {}
    for line in lines:
        pieces = _pieces_of(line.rstrip())
        kinds = _kinds(pieces)
        if "outcome" in kinds:
            shapes.setdefault(tuple(kinds), []).append(pieces)
    found = [_pattern(kinds, examples) for kinds, examples in list(shapes.items())[:MOST]]
    return {
        f"said{number}" if number > 1 else "said": each for number, each in enumerate(dict.fromkeys(found), start=1)
    }


def _pieces_of(line: str) -> list[str]:
    """Words, spaces and marks; a time at the beginning is one of them."""
    words = line.split(" ")
    for is_time in (_is_iso, _is_time):
        for count in range(min(_WORDS_OF_TIME, len(words) - 1), 0, -1):
            time = " ".join(words[:count])
            begin, end = time.startswith("["), time.endswith("]")
            inner = time[begin : len(time) - end]
            if is_time(inner) and inner[-1] not in ",:":
                return [*(["["] if begin else []), inner, *(["]"] if end else []), *_split(line[len(time) :])]
    return _split(line)


def _split(text: str) -> list[str]:
    return [part for part in re.split(r"(\s+)", text) for part in ([part] if part.isspace() else _words(part)) if part]


def _words(text: str) -> Iterator[str]:
    """A word without the marks around it, and these; a mark at the end of a sentence is no part of the word."""
    for word in _WORD.findall(text):
        bare = word.rstrip(".:") if not word.startswith("http") else word
        yield from (piece for piece in (bare, word[len(bare) :]) if piece)


def _is_iso(text: str) -> bool:
    try:
        return bool(iso(text, "Z"))
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        return bool(moment(text, "Z"))
    except ValueError:
        return False


def _kinds(pieces: Sequence[str]) -> list[str]:
    """What each word is, as far as it may differ; a word that stays is itself."""
    found: list[str] = []
    for index, word in enumerate(pieces):
        before = next((each for each in reversed(pieces[:index]) if each.strip(" :=#")), "").lower()
        found.append(_kind(word, before, first=not any(each.strip("[ ") for each in pieces[:index])))
    return found


def _kind(word: str, before: str, *, first: bool) -> str:
    if first and _is_time(word):
        return "time"
    if plain(word) in PHASES:
        return "outcome"
    if (kind := next((name for name, holds, _ in _KINDS if holds.fullmatch(word)), None)) is not None:
        return kind
    return "name" if _BEFORE_A_NAME.fullmatch(before) and re.search("[A-Za-z]", word) else f"={word}"


def _pattern(kinds: Sequence[str], examples: Sequence[Sequence[str]]) -> str:
    used: dict[str, int] = {}
    return "".join(_piece(kind, examples[0][at], used) for at, kind in enumerate(kinds)) + r"\s*$"


def _piece(kind: str, word: str, used: dict[str, int]) -> str:
    if kind.startswith("="):
        return word if word == " " else r"\s+" if word.isspace() else re.escape(word)
    used[kind] = used.get(kind, 0) + 1
    name = kind if used[kind] == 1 else f"{kind}{used[kind]}"
    forms = {each: form for each, _, form in _KINDS} | {"outcome": r"[\w-]+", "name": r"\S+?", "time": _form(word)}
    return f"(?P<{name}>{forms[kind]})"


def _form(time: str) -> str:
    """So many words as a time has."""
    return " ".join([r"\S+"] * len(time.split(" ")))

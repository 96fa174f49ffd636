"""What libraries say of a mistake in YAML or in settings, in words for the person who made it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import yaml

_ENUM = re.compile(r"<[\w.]+: ('[^']*')>")
"""A member of an enumeration, as Python writes it; the group is its value."""

_HINTS = (
    (r"", r"^ *\t", "indent with spaces, not with tabs"),
    (r"another document", r"", "leave out what follows: a file is one document"),
    (r"undefined alias|alphabetic or numeric", r"", "a text that begins with * or & needs quotes"),
    (r"cannot start any token", r"", "a text that begins with @, ` or % needs quotes"),
    (
        r"mapping values are not allowed",
        r"",
        "a text with a colon and a space in it needs quotes",
    ),
    (r"", r"[:,{\[-]\s*\$\{", 'write "${...}" in quotes: a brace outside of them is YAML\'s own'),
    (r"expected key|block|simple key", r"", "is this line, or the one before, indented as those beside it?"),
)
"""What to do, by what the parser says and by what the line has in it; the first that fits."""


def syntax(error: yaml.MarkedYAMLError, text: str) -> tuple[str, str]:
    """What is no YAML, and what to do."""
    mark, said = error.problem_mark or error.context_mark, error.problem or "is not YAML"
    lines = text.splitlines()
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    said = said.removeprefix("but ")
    fitting = (hint for saying, having, hint in _HINTS if re.search(saying, said) and re.search(having, line))
    return said, next(fitting, "")


def choice(detail: Mapping[str, Any]) -> tuple[str, str]:
    """What a word may be that is none of those there are, and which of them is meant; of an error by pydantic."""
    expected = _ENUM.sub(r"\1", str(detail["ctx"]["expected"]))
    return f"expected {expected}", suggestion(str(detail["input"]), re.findall(r"'([^']*)'", expected))


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean 'X'?` for the nearest known word, or nothing."""
    near = get_close_matches(word, list(known), n=1) or [each for each in known if each == word.lower()]
    return f"did you mean '{near[0]}'?" if near else ""

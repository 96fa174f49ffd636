"""Patterns that are left to Python's own engine find there what RE2 finds, and cannot take long."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.mapping.backtracking import LONGEST, SHORTEST, STEPS, bounded
from adapters.mapping.patterns import compiled, finding, matching

ATOMS = [
    "a",
    "b",
    "k",
    "/",
    "-",
    ".",
    r"\.",
    r"\d",
    r"\w",
    "[ab]",
    "[^a]",
    "[^/]",
    "[a-k]",
    "[0-9]",
    "[K-b]",
    r"[\w.-]",
]
TIMES = ["", "", "", "+", "*", "?", "+?", "*?", "??", "{2}", "{1,3}", "{2,}"]


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Some parts one after the other."""
    return st.lists(parts, min_size=1, max_size=4).map("".join)


def grouped(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Alternatives in parentheses, any number of times."""
    alternatives = st.lists(inner, min_size=1, max_size=3).map("|".join)
    return st.tuples(st.sampled_from(["(", "(?:"]), alternatives, st.sampled_from(TIMES)).map(
        "{0[0]}{0[1]}){0[2]}".format
    )


PLAIN = st.tuples(st.sampled_from(ATOMS), st.sampled_from(TIMES)).map("".join)
PIECES = joined(st.recursive(PLAIN, lambda inner: grouped(joined(inner)), max_leaves=6))
PATTERNS = st.tuples(
    st.sampled_from(["", "(?i)", "(?s)", "(?im)"]), st.sampled_from(["", "^"]), PIECES, st.sampled_from(["", "$"])
).map("".join)
TEXTS = st.text("abkAKB/-.0é\n\tK ", max_size=40)


def by_re2(pattern: str, text: str) -> str | None:
    """What RE2 finds with the first group of a pattern, or the whole of it."""
    match = compiled(pattern).search(text.encode())
    found = match and match[1 if compiled(pattern).groups else 0]
    return None if found is None else found.decode()


@given(PATTERNS, st.lists(TEXTS, min_size=5, max_size=10))
def test_what_is_found_is_what_re2_finds(pattern: str, texts: list[str]) -> None:
    """Whatever the pattern and the text, whichever engine looks."""
    assume(bounded(pattern) is not None)
    assert [finding(pattern)(text) for text in texts] == [by_re2(pattern, text) for text in texts]
    whole = [compiled(pattern).fullmatch(text.encode()) is not None for text in texts]
    assert [matching(pattern)(text) for text in texts] == whole


@pytest.mark.parametrize(
    ("pattern", "longest"),
    [
        ("^refs/heads/(.+)$", LONGEST),
        ("^(?:job/[^/]+/)+(?:promotion/process/)?[^/]+/[0-9]+/$", int((STEPS / 2) ** (1 / 2))),
        ("[?&]buildId=([0-9]+)", int(STEPS ** (1 / 2))),
        ("(?i)^(a|b)c$", LONGEST),
        ("^(?:a|b|c)d|e[0-9]+|f$", int((STEPS / 9) ** (1 / 2))),
        ("^.*x.*y$", int(STEPS ** (1 / 3))),
    ],
)
def test_how_long_a_text_may_be(pattern: str, longest: int) -> None:
    """A pattern may try as often as there are ways through what it leaves open, in a text of that length."""
    found = bounded(pattern)
    assert found is not None
    assert found.longest == longest


def test_a_whole_text_may_be_longer() -> None:
    """A pattern that is not looked for everywhere in a text is tried as often as it begins there: once."""
    looked_for, whole = bounded("(?i)(one|two).*|.*(three|four)"), bounded("(?i)(one|two).*|.*(three|four)", whole=True)
    assert looked_for is not None
    assert whole is not None
    assert looked_for.longest == int((STEPS / 8) ** (1 / 3))
    assert whole.longest == int((STEPS / 8) ** (1 / 2))


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(?:a+)+$",
        "(?:a|a)*b",
        "(?:a|ab)*$",
        "(?:a?)+b",
        "(?:a*)*b",
        "a?" * 20 + "a" * 20,
        "(?:a|b|ab)" * 30,
        ".*a.*b.*c.*d.*e",
        "(?:[^/]+/?)+x",
        "(?:x[0-9]+)+$",
        r"(\w+\s?)*$",
        r"[[:alpha:]]+",
        r"\pL+",
        r"a\z",
        r"(?P<a>x)",
        r"\bx",
        "é",
        "[é]",
        "x^",
    ],
)
def test_what_is_left_to_re2(pattern: str) -> None:
    """What could be tried in more and more ways, and what is written or meant in another way, is RE2's."""
    assert bounded(pattern) is None


@pytest.mark.parametrize("text", ["a" * (LONGEST + 1), "aé", "a\nb", "a\x0b", "a\x85"])
def test_other_texts_are_left_to_re2(text: str) -> None:
    """A text that is long, of other characters than ASCII, or of several lines, is what RE2 says it is."""
    for pattern in (r"^(a.*)$", r"^a\W?", "(?i)^A[^b]*$"):
        assert finding(pattern)(text) == by_re2(pattern, text)


def test_the_most_steps_are_few() -> None:
    """Even with a pattern that leaves much open, what is looked at is short enough for all there is to try."""
    found = bounded("[a-z]*[a-y]*x")
    assert found is not None
    assert SHORTEST <= found.longest <= STEPS ** (1 / 4)
    assert re.search(found.pattern, "a" * found.longest) is None

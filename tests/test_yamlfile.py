"""YAML whose every value knows its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import ConfigError
from adapters.settings import Duration, Settings, Size
from adapters.yamlfile import load, parse


class _Part(Settings):
    every: Duration = 1.0


class _Whole(Settings):
    name: str
    size: Size = 0
    parts: list[_Part] = []


def problems(text: str) -> list[str]:
    """What is wrong with a text as a `_Whole`."""
    with pytest.raises(ConfigError) as error:
        parse(text, "f.yaml").validate(_Whole)
    return [str(problem) for problem in error.value.problems]


def test_scalars_are_those_of_yaml_1_2() -> None:
    """Words that YAML 1.1 makes booleans, dates and sexagesimals stay text."""
    text = "a: no\nb: on\nc: 2024-01-01\nd: 1:30\ne: 0.5.1\nf: true\ng: 12\nh: 1.5\ni: null\nj: 012"
    assert parse(text, "f").data == {
        "a": "no",
        "b": "on",
        "c": "2024-01-01",
        "d": "1:30",
        "e": "0.5.1",
        "f": True,
        "g": 12,
        "h": 1.5,
        "i": None,
        "j": 12,
    }


def test_members_are_merged_by_nobody() -> None:
    """`<<` is of YAML 1.1; taken for a key, it would hide what was meant."""
    assert problems("name: &x {a: b}\nsize: {<<: *x}") == [
        "f.yaml:2:8: '<<' merges nothing in YAML 1.2: write the members out"
    ]


def test_places_are_lines_and_columns() -> None:
    """A place deep in a document has its own line and column; one that is not there has its parent's."""
    file = parse("a:\n  - b: 1\n    c: {d: 2}\n", "f.yaml")
    assert file.where(("a", 0, "c", "d")) == "f.yaml:3:9"
    assert file.where(("a", 0, "c", "x")) == "f.yaml:3:5"
    assert file.where(("z",)) == "f.yaml:1:1"


def test_every_problem_is_told_at_its_place() -> None:
    """Unknown keys come with the nearest right one, wrong values with what was expected, all at once."""
    assert problems("nam: x\nsize: 3 apples\nparts:\n  - evry: 5s\n  - every: soon\n") == [
        "f.yaml:1:1: 'name' is missing",
        "f.yaml:2:1: expected a number with a unit (B, KiB, MiB, GiB, TiB), such as 64MiB",
        "f.yaml:4:5: unknown key 'evry' (did you mean 'every'?)",
        "f.yaml:5:5: expected a number with a unit (ms, s, m, h, d), such as 30s",
        "f.yaml:1:1: unknown key 'nam' (did you mean 'name'?)",
    ]


def test_units_are_seconds_and_bytes() -> None:
    """Durations come out in seconds, sizes in bytes."""
    whole = parse("name: x\nsize: 1.5KiB\nparts: [{every: 250ms}, {every: 2d}]", "f").validate(_Whole)
    assert (whole.size, [part.every for part in whole.parts]) == (1536, [0.25, 172800.0])


BOMB = "a0: &a0 [x, x]\n" + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))
"""A few lines that aliases make a hundred thousand million values of."""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "f.yaml:2:1: 'a' is written twice"),
        ("a: !!python/object:os.system x", "f.yaml:1:4: the tag"),
        ("a: 1" + "0" * 5000, "f.yaml:1:4: no such number can be read"),
        ("a: !!int b", "f.yaml:1:4: no such number can be read"),
        ("a: [1\nb: 2", "f.yaml:2:2: did not find expected ',' or ']'"),
        ("[a]: 1", "f.yaml:1:1: a key must be a plain word"),
        ("a: 1\n---\nb: 2", "f.yaml:2:1: found another document (leave out what follows: a file is one document)"),
        ("a: &x [*x]", "f.yaml:1:4: this refers to itself"),
        ("a: " + "[" * 100_000, "f.yaml:1:103: is nested deeper than 100"),
        ("\n".join(f"{' ' * depth}a:" for depth in range(2000)), "f.yaml:101:101: is nested deeper than 100"),
        (BOMB, "f.yaml:1:13: more than 100000 values"),
        ("a: 1\nb: \x00", "f.yaml:2: is no text: "),
        ("a:\n\tb: 1", "f.yaml:2:1: found character that cannot start any token (indent with spaces"),
        ("a: {b: ${env:X}}", "f.yaml:1:9: did not find expected ',' or '}' (write \"${...}\" in quotes"),
        ("a:\n    b: 1\n   c: 2", "f.yaml:3:4: did not find expected key (is this line"),
        ("a: b: c", "f.yaml:1:5: mapping values are not allowed in this context (a text with a colon"),
        ("a: @b", "f.yaml:1:4: found character that cannot start any token (a text that begins with @"),
        ("a: *b", "f.yaml:1:4: found undefined alias (a text that begins with *"),
    ],
)
def test_what_is_not_of_the_subset_is_told(text: str, message: str) -> None:
    """A file that is not plain YAML is a problem with its place, never an exception of the parser's."""
    with pytest.raises(ConfigError) as error:
        parse(text, "f.yaml")
    assert str(error.value).startswith(message)


def test_unreadable_file_is_told(tmp_path: Path) -> None:
    """A missing file, a folder and a file that is not text are problems."""
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe9")
    for name, reason in [("no.yaml", "No such file"), (".", "Is a directory"), ("latin.yaml", "not UTF-8 text")]:
        with pytest.raises(ConfigError, match=reason):
            load(tmp_path / name)


@given(st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Any text is a document or a ConfigError."""
    try:
        parse(text, "f")
    except ConfigError as error:
        assert error.problems

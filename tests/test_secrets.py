"""References to secrets in a configuration."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from adapters import yamlfile
from adapters.secrets import Secret, resolve
from adapters.settings.full import checked


def resolved(text: str, **environ: str) -> object:
    """Loads a text without problems."""
    found = resolve(yamlfile.parse(text, "c.yaml"), environ)
    assert not found.problems
    return found.file.data


def test_a_variable_is_replaced_wherever_it_stands() -> None:
    """A variable is replaced alone, inside other text, several times, and in lists and maps."""
    text = 'a: ${env:X}\nb: ["pre-${env:X}-${env:Y}"]\nc: {d: 1, e: true}'
    assert resolved(text, X="1", Y="two") == {"a": "1", "b": ["pre-1-two"], "c": {"d": 1, "e": True}}


@pytest.mark.parametrize("environ", [{}, {"X": ""}])
def test_the_default_is_for_unset_and_empty(environ: dict[str, str]) -> None:
    """A default stands in for a variable that is unset or empty, and may itself be empty or hold a colon."""
    assert resolved("a: ${env:X:-http://h:1}\nb: x${env:X:-}y", **environ) == {"a": "http://h:1", "b": "xy"}


def test_a_set_variable_wins_over_its_default() -> None:
    """The default is not used for a variable that is set."""
    assert resolved("a: ${env:X:-no}", X="yes") == {"a": "yes"}


def test_a_file_gives_its_text_without_the_last_line_break(tmp_path: Path) -> None:
    """A file's last line break is an editor's, not the secret's; spaces are the secret's."""
    (tmp_path / "token").write_text(" se cret \n")
    assert resolved(f"a: ${{file:{tmp_path}/token}}") == {"a": " se cret "}


def test_other_dollars_stay() -> None:
    """What is not a reference is left as it is written."""
    assert resolved("a: $X ${X} ${vault:x} ${body.path}") == {"a": "$X ${X} ${vault:x} ${body.path}"}


def test_a_resolved_value_is_not_resolved_again() -> None:
    """A secret that looks like a reference is a secret."""
    assert resolved("a: ${env:X}", X="${env:Y}") == {"a": "${env:Y}"}


def test_everything_missing_is_reported_where_it_stands(tmp_path: Path) -> None:
    """All missing variables and files are reported at once, by name and position."""
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    text = f"a: 1\nb:\n  - ${{env:GONE}}\nc: ${{file:{tmp_path}/none}}\nd: ${{file:{tmp_path}/binary}}"
    problems = resolve(yamlfile.parse(text, "c.yaml"), {}).problems
    assert [(each.where, each.message) for _, each in problems] == [
        ("c.yaml:3:5", "the environment variable GONE is not set"),
        ("c.yaml:4:1", f"the file {tmp_path}/none cannot be read: No such file or directory"),
        ("c.yaml:5:1", f"the file {tmp_path}/binary is not UTF-8 text"),
    ]


@pytest.mark.parametrize("text", ["a: ${env:X}", "a: b${env:X:-c}"])
def test_bytes_that_are_no_text_are_told(text: str) -> None:
    """Python has them as halves of characters, which no tool would be sent; what they are is not repeated."""
    [(_, told)] = resolve(yamlfile.parse(text, "c.yaml"), {"X": "s3cret\udcff"}).problems
    assert (told.where, told.message) == ("c.yaml:1:1", "the environment variable X is not UTF-8 text")


def test_a_nul_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    """No path, host or header has one, and to open such a path is no OSError; one in a secret's file is told, too."""
    (tmp_path / "wide").write_bytes("s3cret".encode("utf-16-le"))
    text = f'a: ["b\\0"]\nc: "${{file:x\\0}}"\nd: ${{file:{tmp_path}/wide}}'
    problems = [told for _, told in resolve(yamlfile.parse(text, "c.yaml"), {}).problems]
    nul, wide = "a NUL character is in no setting", f"the file {tmp_path}/wide is not UTF-8 text"
    assert [(each.where, each.message) for each in problems] == [
        ("c.yaml:1:5", nul),
        ("c.yaml:1:5", nul),
        ("c.yaml:3:1", wide),
    ]
    assert "line 2" in problems[0].hint


def test_an_empty_secret_is_refused() -> None:
    """A secret that came out empty would let everybody in."""
    with pytest.raises(ValidationError):
        checked(Secret, "")

"""Tables that are files of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import ConfigError
from adapters.mapping import csvtable, load
from tests.mapping.support import INSTANCE, events, notification

MAPPING = """
cdevents: 0.5.1
variables: {{teams: ""}}
lookups: {{team: {lookup}}}
rules:
  built:
    emit: dev.cdeventsx.acme-thing.built.0.1.0
    id: [repository]
    subject: {{id: "${{repository}}", content: {{"team?": "${{repository | table(team)}}"}}}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, so that places are short; the mapping is in a folder of it."""
    monkeypatch.chdir(tmp_path)
    Path("m").mkdir()
    return tmp_path


def team(lookup: str, **variables: Any) -> Any:
    """What a mapping with this lookup finds for a repository."""
    Path("m/mapping.yaml").write_text(MAPPING.format(lookup=lookup))
    (event,) = events(load("m", instance=INSTANCE, variables=variables), {"repository": "shop"})
    return event.content["team"]


def wrong(lookup: str, **variables: Any) -> list[str]:
    """What is wrong with it."""
    with pytest.raises(ConfigError) as caught:
        team(lookup, **variables)
    return [str(problem) for problem in caught.value.problems]


def test_a_column_is_a_table() -> None:
    """From the one column to the other; the file is beside the mapping."""
    Path("m/teams.csv").write_text("team,repository\nred,shop\nblue,cart\n")
    assert team("{file: teams.csv, key: repository, value: team}") == "red"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("key,value\nshop,red\n", "red"),
        ("key,team,lead\nshop,red,jane\n", {"key": "shop", "team": "red", "lead": "jane"}),
        ("key,team,lead\nshop,,\n", {"key": "shop", "team": "", "lead": ""}),
    ],
)
def test_without_a_column_it_is_the_one_of_that_name_or_the_whole_row(text: str, found: Any) -> None:
    """As an object, by the names in the header."""
    Path("m/teams.csv").write_text(text)
    assert team("{file: teams.csv}") == found


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfkey,value\r\nshop,red\r\n",
        b'"key","value"\n"shop","red"',
        b"key, value\n  shop , red \n\n,\n",
        b'key,value,note\nshop,red,"two\nlines, ""quoted"""\ncart,blue,\n',
    ],
)
def test_csv_is_read_as_programs_write_it(text: bytes) -> None:
    """A byte order mark, CRLF, quotes, white space around fields, rows of nothing."""
    Path("m/teams.csv").write_bytes(text)
    assert team("{file: teams.csv}") == "red"


def test_yaml_is_a_table_of_any_values() -> None:
    """Its members, as they are."""
    Path("m/teams.yaml").write_text("shop: {team: red, on_call: [jane, joe]}\n'7': no\n")
    assert team("{file: teams.yaml}") == {"team": "red", "on_call": ["jane", "joe"]}


def test_a_source_may_say_where_it_is() -> None:
    """From the working directory, as any path of a configuration; with nothing said, nothing is found."""
    Path("elsewhere").mkdir()
    Path("elsewhere/teams.csv").write_text("key,value\nshop,red\n")
    lookup = '{file: "${$teams}"}'
    assert team(lookup, teams="elsewhere/teams.csv") == "red"
    assert team(lookup, teams=str(Path("elsewhere/teams.csv").absolute())) == "red"
    assert team('{file: "${$teams}/teams.csv"}', teams="elsewhere") == "red"
    (error,) = (
        load("m", instance=INSTANCE, variables={"teams": "elsewhere"})
        .translate(notification({"repository": "cart"}))
        .errors
    )
    assert error.endswith("table team has no 'cart'")
    Path("m/mapping.yaml").write_text(MAPPING.format(lookup=lookup))
    (error,) = load("m", instance=INSTANCE, variables={}).translate(notification({"repository": "shop"})).errors
    assert error.endswith("table team has no 'shop'")


def test_the_file_of_an_included_lookup_is_beside_it() -> None:
    """A path is from the folder of the file that it stands in; a table or lookup of one's own replaces it."""
    Path("shared").mkdir()
    Path("shared/teams.csv").write_text("key,value\nshop,red\n")
    Path("m/teams.csv").write_text("key,value\nshop,blue\n")
    Path("shared/teams.yaml").write_text("lookups: {team: {file: teams.csv}}")
    lookup = "lookups: {team: {file: teams.csv}}\n"
    for own, found in (("", "red"), (lookup, "blue"), ("tables: {team: {shop: white}}\n", "white")):
        text = MAPPING.format(lookup="{file: teams.csv}").replace(lookup, own)
        Path("m/mapping.yaml").write_text(f"include: [../shared/teams.yaml]\n{text}")
        (event,) = events(load("m", instance=INSTANCE, variables={}), {"repository": "shop"})
        assert event.content["team"] == found


def test_values_of_a_lookup_are_checked_as_those_of_a_table() -> None:
    """Where an outcome or a type can only be some words, any other in the file is a problem when it loads."""
    Path("m/teams.csv").write_text("key,value\nshop,success\ncart,fine\n")
    text = MAPPING.format(lookup="{file: teams.csv}").replace('"team?"', "outcome")
    Path("m/mapping.yaml").write_text(text.replace("dev.cdeventsx.acme-thing.built.0.1.0", "pipelinerun.finished"))
    with pytest.raises(ConfigError, match="'outcome' can never be 'fine'"):
        load("m", instance=INSTANCE, variables={})


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("key,value\nshop,red\ncart,blue\nshop,green\n", ["m/teams.csv:4: 'shop' is in line 2, too"]),
        ('key,value\n"shop\n",red\nshop,green\n', ["m/teams.csv:4: 'shop' is in line 2, too"]),
        (
            "key,value\nshop\nshop,red,green\n ,red\n",
            [
                "m/teams.csv:2: has 1 fields, and the header has 2",
                "m/teams.csv:3: has 3 fields, and the header has 2",
                "m/teams.csv:4: has nothing in the column 'key'",
            ],
        ),
        ("keys,value\nshop,red\n", ["m/teams.csv:1: there is no column 'key' (did you mean 'keys'?)"]),
        ("a;b\nshop;red\n", ["m/teams.csv:1: there is no column 'key' (its columns are a;b)"]),
        ("key,team,team\nshop,red,red\n", ["m/teams.csv:1: there are two columns 'team'"]),
        ("", ["m/teams.csv:1: there is no column 'key' (its columns are none)"]),
        ('key,value\nshop,red\ncart,"blue\n', ["m/teams.csv:3: unexpected end of data"]),
        ('key,value\nshop,"red"x\n', ["m/teams.csv:2: ',' expected after '\"'"]),
    ],
)
def test_what_is_wrong_with_csv_is_told_at_its_line(text: str, problems: list[str]) -> None:
    """The first line of a row, in the file itself; nothing of it is used."""
    Path("m/teams.csv").write_text(text)
    assert wrong("{file: teams.csv}") == problems


def test_what_is_not_utf_8_is_told() -> None:
    """At the line where it was noticed."""
    Path("m/teams.csv").write_bytes("key,value\nbüro,rot\n".encode("latin-1"))
    (problem,) = wrong("{file: teams.csv}")
    assert re.fullmatch(r"m/teams\.csv:[12]: is not UTF-8 text", problem)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("shop: red\nshop: blue\n", "m/teams.yaml:2:1: 'shop' is written twice"),
        ("- shop\n", "m/teams.yaml:1:1: is not an object, which has a value for each key"),
        ("cart: red\nshop:\n", "m/teams.yaml:2:1: 'shop' has no value"),
    ],
)
def test_what_is_wrong_with_yaml_is_told_at_its_place(text: str, problem: str) -> None:
    """In the file itself."""
    Path("m/teams.yaml").write_text(text)
    assert wrong("{file: teams.yaml}") == [problem]


@pytest.mark.parametrize(
    ("lookup", "variables", "problem"),
    [
        ("{file: teams.csv}", {}, "m/mapping.yaml:4:18: there is no file 'm/teams.csv'"),
        ("{file: teams.txt}", {}, "m/mapping.yaml:4:18: 'm/teams.txt' is not named as a file that can be looked up in"),
        ('{file: "${$teams}"}', {"teams": 7}, "m/mapping.yaml:4:18: 7 is not a path"),
        ('{file: "${$teem}"}', {}, "m/mapping.yaml:4:18: $teem is not defined (did you mean 'teams'?)"),
        ('{file: "${repository}.csv"}', {}, "m/mapping.yaml:4:18: the path has to be known when the mapping loads"),
        ("{file: teams.yaml, key: a}", {}, "m/mapping.yaml:4:11: key and value are columns of CSV"),
        ("{fil: x}", {}, "m/mapping.yaml:4:11: 'file' is missing"),
        (f"{{file: {'a' * 300}.csv}}", {}, "m/mapping.yaml:4:18: the file cannot be read: File name too long"),
        ("{file: ..csv, key: a}", {}, "m/mapping.yaml:4:18: there is no file"),
    ],
)
def test_what_is_wrong_with_a_lookup_is_told_in_the_mapping(lookup: str, variables: Any, problem: str) -> None:
    """A file that is not there, or is of another kind; a path that is not known."""
    assert wrong(lookup, **variables)[0].startswith(problem)


def test_what_is_too_large_is_told() -> None:
    """And not read: a table is in memory."""
    with Path("m/teams.csv").open("wb") as file:
        file.truncate((16 << 20) + 1)
    assert wrong("{file: teams.csv}") == ["m/mapping.yaml:4:18: 'm/teams.csv' has more than 16 MiB"]


def test_a_hundred_thousand_errors_are_not_told_all() -> None:
    """The first ones are enough to see what is wrong."""
    Path("m/teams.csv").write_text("key,value\n" + "shop\n" * 100_000)
    assert len(wrong("{file: teams.csv}")) == 20


@given(st.dictionaries(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), st.integers(), min_size=1))
def test_what_was_written_is_found(values: dict[str, int]) -> None:
    """Whatever the keys are, quoted as RFC 4180 says."""
    quote = '"'
    lines = [f'"{key.replace(quote, quote * 2)}",{value}' for key, value in values.items()]
    Path("any.csv").write_text("\r\n".join(["key,value", *lines]), encoding="utf-8")
    assert csvtable.read(Path("any.csv"), "any", "key", None) == {key: str(value) for key, value in values.items()}

"""What mappings have in common, in files that they include."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from adapters.errors import ConfigError
from adapters.mapping import Translator, includes, library, load
from adapters.mapping.overview import overview
from adapters.model import CDEvent
from tests.mapping.support import INSTANCE, events, notification, problems

RULES = """
cdevents: 0.5.1
rules:
  built:
    emit: dev.cdeventsx.acme-thing.built.0.1.0
    id: [name]
    subject: {id: "${name}", content: {"seen?": "${$seen}"}}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory of its own, so that places are short."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files: str) -> None:
    """Files of the working directory, by their names without `.yaml`."""
    for name, text in files.items():
        Path(f"{name}.yaml").write_text(dedent(text))


def loaded(**variables: Any) -> Translator:
    """The mapping in the working directory."""
    return load("mapping.yaml", instance=INSTANCE, variables=variables)


def wrong(**variables: Any) -> list[str]:
    """What is wrong with it."""
    with pytest.raises(ConfigError) as caught:
        loaded(**variables)
    return [str(problem) for problem in caught.value.problems]


def made(body: Any, **variables: Any) -> CDEvent:
    """The one event that it makes."""
    (event,) = events(loaded(**variables), body)
    return event


def seen(**variables: Any) -> Any:
    """What its event says that it has seen."""
    return made({"name": "x", "says": "hello"}, **variables).content.get("seen")


@pytest.mark.usefixtures("here")
def test_what_a_file_defines_can_be_used() -> None:
    """Variables, names, tables: as if they stood in the mapping, and set by a source as if they did."""
    write(
        mapping=f"include: [shared.yaml]\n{RULES}",
        shared="""
        variables: {mood: good}
        let: {seen: "${$mood | table(moods)}"}
        tables: {moods: {good: smile, bad: frown}}
        """,
    )
    assert seen() == "smile"
    assert seen(mood="bad") == "frown"


@pytest.mark.usefixtures("here")
def test_paths_are_from_the_file_that_includes() -> None:
    """A file in another folder includes its neighbours."""
    Path("a/b").mkdir(parents=True)
    write(
        mapping=f"include: [a/first.yaml]\n{RULES}",
        **{"a/first": "include: [b/second.yaml]", "a/b/second": "let: {seen: says}"},
    )
    assert seen() == "hello"


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("own", "value"),
    [
        ("let: {seen: says}", "hello"),
        ("variables: {seen: 7}", 7),
        ("variables: {mood: calm}", "calm"),
        ("tables: {moods: {}}\nlet: {seen: '${says | table(moods, \"none\")}'}", "none"),
        ("", "good"),
    ],
)
def test_the_including_file_wins(own: str, value: Any) -> None:
    """Its variables, names and tables replace those of the same name, whichever of the two they are."""
    write(
        mapping=f"include: [shared.yaml]\n{own}\n{RULES}",
        shared="variables: {mood: good}\nlet: {seen: '${$mood}'}\ntables: {moods: {hello: wave}}",
    )
    assert seen() == value


@pytest.mark.usefixtures("here")
def test_of_two_that_are_included_the_later_one_counts() -> None:
    """And what both of them include does not count twice."""
    link = "defaults: {links: [{path: built}]}\nlet: {seen: base}"
    write(
        mapping=f"include: [one.yaml, two.yaml]\n{RULES}",
        one="include: [base.yaml]\nlet: {seen: says}",
        two="include: [base.yaml]",
        base=link,
    )
    assert seen() == "hello"
    assert len(made({"name": "x"}).links) == 1
    write(two="include: [base.yaml]\nlet: {seen: name}")
    assert seen() == "x"


@pytest.mark.usefixtures("here")
def test_defaults_are_put_together() -> None:
    """The own timestamp and chain replace the others; links are both; custom data are merged, the own ones first."""
    write(
        mapping=f"""
        include: [shared.yaml]
        defaults:
          timestamp: "2026-01-02T00:00:00Z"
          links: [{{relation: built, kind: OWN}}]
          custom_data: {{a: own, "b?": "${{missing}}"}}
        let: {{seen: name}}
        {RULES.replace(chr(10), chr(10) + " " * 8)}
        """,
        shared="""
        defaults:
          timestamp: "2025-01-02T00:00:00Z"
          chain: [name]
          links: [{relation: built, kind: SHARED}]
          custom_data: {"a?": shared, b: shared, c: shared}
        """,
    )
    event = made({"name": "x"})
    assert event.timestamp == "2026-01-02T00:00:00Z"
    assert event.chain_id is not None
    assert [link["linkKind"] for link in event.links] == ["SHARED", "OWN"]
    assert event.custom_data == {"a": "own", "c": "shared"}


@pytest.mark.usefixtures("here")
def test_both_say_what_is_ignored() -> None:
    """An entry of either is enough, and each is known by its own place."""
    write(
        mapping=f"include: [shared.yaml]\nignore:\n  - {{name: one}}\nlet: {{seen: name}}\n{RULES}",
        shared="ignore:\n\n  - {name: two}",
    )
    translator = loaded()
    assert [translator.translate(notification({"name": name})).ignored for name in ("one", "two", "x")] == [1, 1, 0]
    assert [each.where for each in translator.ignores.all] == ["shared.yaml:3:5", "mapping.yaml:3:5"]


@pytest.mark.usefixtures("here")
def test_places_are_right_through_many_files() -> None:
    """Of lists that are put together, each item is known by its own file and line, and so is what is wrong with it."""
    write(
        mapping=f"include: [one.yaml]\nignore:\n  - {{a: 1}}\n  - {{b: 1}}\nlet: {{seen: name}}\n{RULES}",
        one="include: [two.yaml]\nignore: [{c: 1}, {d: 1}]\ndefaults: {links: [{path: built}]}",
        two="defaults: {links: [{path: built}, {path: nowhere}]}\nignore:\n  - {e: 1}",
    )
    assert wrong() == [
        "two.yaml:1:36: there is no rule 'nowhere' (included by mapping.yaml)",
    ]
    write(two="ignore:\n  - {e: 1}")
    assert [each.where for each in loaded().ignores.all] == [
        "two.yaml:2:5",
        "one.yaml:2:10",
        "one.yaml:2:18",
        "mapping.yaml:3:5",
        "mapping.yaml:4:5",
    ]


def test_what_mappings_share_is_no_mapping() -> None:
    """Shipped ones are found by their names, and what they include is none of them."""
    assert not [name for name in library.shipped() if name.startswith("shared")]
    with pytest.raises(ConfigError, match="there is no such mapping"):
        load("shared", instance=INSTANCE, variables={})


@pytest.mark.usefixtures("here")
def test_what_is_wrong_in_an_included_file_is_told_there() -> None:
    """A misspelt key, a misspelt filter, a link to no rule: each at its own line and column, and of which mapping."""
    write(mapping=f"include: [shared.yaml]\n{RULES}", shared="lets: {seen: x}")
    assert wrong() == ["shared.yaml:1:1: unknown key 'lets' (did you mean 'let'?; included by mapping.yaml)"]
    write(shared="let:\n  seen: ${says | uper}\ndefaults:\n  links:\n    - path: bilt\nignore:\n  - {a | uper: 1}")
    assert wrong() == [
        "shared.yaml:2:3: there is no filter 'uper' (did you mean 'upper'?; included by mapping.yaml)",
        "shared.yaml:5:7: there is no rule 'bilt' (did you mean 'built'?; included by mapping.yaml)",
        "shared.yaml:7:6: there is no filter 'uper' (did you mean 'upper'?; included by mapping.yaml)",
    ]


@pytest.mark.usefixtures("here")
def test_what_is_wrong_in_several_files_is_told_together() -> None:
    """Each file's problems, and those of the mapping."""
    write(
        mapping=f"include: [one.yaml, two.yaml, three.yaml]\nlet: {{seen: name}}\n{RULES}",
        one="rules: {}",
        two="let: {1: x}\nvariables: []",
    )
    found = wrong()
    assert found[0] == "one.yaml:1:1: unknown key 'rules' (included by mapping.yaml)"
    assert found[1].startswith("two.yaml:1:7: ")
    assert found[2] == "two.yaml:2:1: this is to be an object (included by mapping.yaml)"
    assert found[3].startswith("mapping.yaml:1:31: there is no file 'three.yaml' (")


@pytest.mark.usefixtures("here")
def test_a_file_that_cannot_be_read_is_told() -> None:
    """Whatever the reason: one that a machine has for a name, or for a permission."""
    name = "a" * 300
    write(mapping=f"include: [{name}]\n{RULES}")
    assert wrong() == [f"{name}: cannot be read: File name too long (included by mapping.yaml)"]
    with pytest.raises(ConfigError, match="cannot be read: File name too long"):
        load(name, instance=INSTANCE, variables={})


@pytest.mark.usefixtures("here")
def test_a_name_that_is_taken_is_told_where_it_stands() -> None:
    """At the second definition, or that of what is always there."""
    write(mapping=f"variables:\n  a: x\nlet:\n  seen: x\n  a: y\n{RULES}")
    assert wrong() == ["mapping.yaml:5:3: $a is defined twice, or is a name that is always there"]
    write(mapping=f"let: {{seen: x}}\ntables: {{t: {{}}}}\nlookups: {{t: {{file: t.csv}}}}\n{RULES}")
    assert wrong() == ["mapping.yaml:3:11: 't' is a table and a lookup: one name is one of them"]


@pytest.mark.usefixtures("here")
def test_a_failure_at_run_time_is_told_where_the_value_stands() -> None:
    """A dead letter names the place in the included file."""
    write(
        mapping=f"include: [shared.yaml]\nlet: {{seen: name}}\n{RULES}",
        shared="defaults:\n  custom_data:\n    why: ${reason | upper}",
    )
    translation = loaded().translate(notification({"name": "x"}))
    assert translation.errors == ("shared.yaml:3:5: rule built: reason is missing",)


@pytest.mark.usefixtures("here")
def test_files_that_include_each_other_are_told() -> None:
    """The circle is named, at the line that closes it."""
    write(
        mapping=f"include: [one.yaml]\nlet: {{seen: name}}\n{RULES}",
        one="include: [two.yaml]",
        two="include:\n  - one.yaml",
    )
    assert wrong() == ["two.yaml:2:5: the file includes itself: one.yaml → two.yaml → one.yaml"]


@pytest.mark.usefixtures("here")
def test_names_refer_to_each_other_over_all_files() -> None:
    """An included name may be made of one that the mapping defines, and the other way round, in any order."""
    write(
        mapping=f"include: [shared.yaml]\nlet: {{seen: '${{$greeting}}!', who: '${{name}}'}}\n{RULES}",
        shared="let: {greeting: '${$hello} ${$who}', hello: '${says}'}",
    )
    assert seen() == "hello x!"


@pytest.mark.usefixtures("here")
def test_a_name_that_nobody_defines_is_one_error() -> None:
    """It says who needs it, and which mapping has to define it; what is made of that is not told again."""
    write(
        mapping=f"include: [shared.yaml]\nlet: {{seen: '${{$greeting}}!'}}\n{RULES}",
        shared="let:\n  greeting: hello ${$whoever}",
    )
    assert wrong() == ["shared.yaml:2:3: $whoever is not defined (included by mapping.yaml)"]


def test_names_that_are_made_of_themselves_are_told() -> None:
    """The circle is named, once."""
    text = f"let: {{seen: '${{$b}}', b: '${{$c | lower}}', c: '${{name | default($b)}}'}}\n{RULES}"
    assert problems(text) == ["test.yaml:1:42: $b is made of itself: $b → $c → $b"]
    assert problems(f"let: {{seen: '${{$seen}}'}}\n{RULES}") == [
        "test.yaml:1:7: $seen is made of itself: $seen → $seen"
    ]


@pytest.mark.usefixtures("here")
def test_comments_are_those_of_the_file_that_they_stand_in() -> None:
    """A page of a mapping tells of its included variables and ignored records as of its own."""
    write(
        mapping=f"# A thing.\ninclude: [shared.yaml]\nlet: {{seen: name}}\n{RULES}",
        shared="# Of all.\n\nvariables:\n  mood: good   # how it feels\nignore:\n  - {a: 1}   # means nothing",
    )
    found = overview(includes.load(Path("mapping.yaml")))
    assert found.about == "A thing."
    assert [each.remark for each in found.variables] == ["how it feels"]
    assert [each.remark for each in found.outcomes] == ["", "means nothing"]

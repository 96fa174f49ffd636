"""Structured values: what is chosen, made of each, put together or left out, wherever a value may stand."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mapping.support import events, mapping, notification, problems

MAPPING = """
    cdevents: 0.5.1
    variables: {{team: ci}}
    let:
      made: {let}
    rules:
      only:
        emit: {emit}
        id: [id]
        subject:
          id: {id}
          content: {content}
        custom_data: {custom_data}
"""
CUSTOM = "dev.cdeventsx.tool-thing.seen.0.1.0"


def written(**parts: str) -> str:
    """A mapping of one rule, of whose parts some are given."""
    return MAPPING.format(**{"let": "1", "emit": CUSTOM, "id": "x", "content": "{}", "custom_data": "{}", **parts})


def made(value: str, /, **record: Any) -> Any:
    """What a value in custom data becomes."""
    (event,) = events(mapping(written(custom_data=f"{{made: {value}}}")), {"id": "1", **record})
    return (event.custom_data or {})["made"]


def marked(text: str) -> tuple[str, str]:
    """A text without the one mark in it, and the place where the mark was."""
    before, _, after = dedent(text).partition("»")
    return before + after, f"test.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def failure(value: str, /, **record: Any) -> str:
    """Why nothing becomes of a value in custom data; it is told at the mark in it, or else where it begins."""
    text, place = marked(written(custom_data=f"{{{'' if '»' in value else '»'}made: {value}}}"))
    (error,) = mapping(text).translate(notification({"id": "1", **record})).errors
    assert error.startswith(f"{place}: rule only: ")
    return error.partition("only: ")[2]


def test_a_name_for_nothing_is_missing() -> None:
    """`let: {made: null}`: for what an include asks for and a mapping has not."""
    text = written(let="null", custom_data='{"gone?": "${$made}", other: "${$made | default($team)}"}')
    (event,) = events(mapping(text), {"id": "1"})
    assert event.custom_data == {"other": "ci"}
    needing = mapping(written(let="null", custom_data='{needed: "${$made}"}'))
    (error,) = needing.translate(notification({"id": "1"})).errors
    assert error.endswith("$made is null")


def test_a_name_that_is_null_may_be_an_argument() -> None:
    """It is then as any argument that a record lacks; a pattern, which the mapping needs to load, must be there."""
    missing = '{"a?": "${kind | none_if($made)}", b: "${n | plus($made.id) | default(5)}"}'
    (event,) = events(mapping(written(let="null", custom_data=missing)), {"id": "1", "kind": "k", "n": 1})
    assert event.custom_data == {"b": 5}
    compared = written(let="null", custom_data='{a: {$if: {kind: {in: "${$made}"}}, then: 1, else: 2}}')
    (error,) = mapping(compared).translate(notification({"id": "1", "kind": "k"})).errors
    assert error.endswith("cannot compare: $made is null")
    (problem,) = problems(written(let="null", custom_data='{"a?": "${kind | capture($made)}"}'))
    assert "'capture' needs its pattern when the mapping loads" in problem


CHOICE = '{$if: {n: {gt: 0}}, then: "${n}", else: {none: "${why}"}}'


def test_a_value_is_chosen_by_a_condition() -> None:
    """Only the one that is chosen is made; without `else` there is nothing otherwise."""
    assert made(CHOICE, n=3) == 3
    assert made(CHOICE, n=0, why="x") == {"none": "x"}
    assert failure(CHOICE.replace("none", "»none"), n=0) == "why is missing"
    assert failure("{$if: {n: 1}, then: 1}") == "the condition of $if does not hold, and there is no else"
    assert failure("{$if: {n: 1}, then: 1, else: null}") == "what $if chooses is null"
    assert made('{"a?": {$if: {n: 1}, then: 1, else: null}}') == {}
    assert made('{"a?": {$if: {n: 1}, then: 1}, "b?": {$if: {n: {exists: false}}, then: "${n}", else: 2}}') == {}
    assert made('{$if: {$team: ci}, then: 1, else: "${no.such}"}') == 1


def test_a_list_is_made_of_each_item() -> None:
    """Of each for which `when` holds; names and conditions see the item; an object's members are `{key, value}`."""
    value = '{$each: jobs, as: job, when: {job.skip: {exists: false}}, value: {name: "${job.name}", of: "${id}"}}'
    jobs = [{"name": "a"}, {"skip": True}, {"name": "b"}]
    assert made(value, jobs=jobs) == [{"name": "a", "of": "1"}, {"name": "b", "of": "1"}]
    assert made(value, jobs=[]) == []
    assert failure(value.replace("name:", "»name:"), jobs=[{}]) == "job.name is missing"
    assert failure(value) == "jobs is missing"
    assert failure(value, jobs=5) == "cannot split a number '5'"
    assert made('{$each: env, as: e, value: "${e.key}=${e.value}"}', env={"A": 1, "B": "x"}) == ["A=1", "B=x"]
    nested = "{$each: rows, as: row, value: {$each: row, as: cell, value: '${cell | plus($n)}'}}"
    text = written(custom_data=f"{{made: {nested}}}", let="1").replace("made: 1", "n: ${cell | times(10)}")
    (event,) = events(mapping(text), {"id": "1", "rows": [[1, 2], [3]]})
    assert event.custom_data == {"made": [[11, 22], [33]]}


def test_objects_are_put_together() -> None:
    """The last one's member counts; what is no object is told at its place; what may be missing is left out."""
    value = '{$merge: [{a: 1, b: 1}, "${more}", {$optional: "${most}"}]}'
    assert made(value, more={"b": 2}) == {"a": 1, "b": 2}
    assert made(value, more={"b": 2}, most={"b": 3}) == {"a": 1, "b": 3}
    assert failure(value.replace('"${more', '»"${more')) == "more is missing"
    assert failure(value.replace('"${more', '»"${more'), more=[1]) == "this is to be an object, found a list of 1"
    assert failure(value.replace("$opt", "»$opt"), more={}, most="x") == "this is to be an object, found text 'x'"
    assert made("{$merge: [{$if: {n: 1}, then: {a: 1}, else: {b: 1}}, {c: 1}]}", n=2) == {"b": 1, "c": 1}


def test_an_item_may_be_left_out() -> None:
    """Where it is missing or empty, in a list and of each."""
    value = '[first, {$optional: "${a}"}, {$optional: {b: "${b}"}}]'
    assert made(value) == ["first"]
    assert made(value, a="", b=0) == ["first", {"b": 0}]
    assert made(value, a="x", b="y") == ["first", "x", {"b": "y"}]
    assert made('{$each: jobs, as: job, value: {$optional: "${job.name}"}}', jobs=[{"name": "a"}, {}]) == ["a"]
    assert failure('[{»$optional: "${a | upper}"}]', a=1) == "upper takes text, found a number '1'"


def test_names_of_members_are_made() -> None:
    """Of text that is not empty; two alike are an error; with `?` both the name and the value may be missing."""
    value = '{"${name}": 1, "x-${name}?": "${value}", "${other}?": 2}'
    assert made(value, name="a", value="v", other="o") == {"a": 1, "x-a": "v", "o": 2}
    assert made(value, name="a") == {"a": 1}
    assert failure(value.replace('"${name', '»"${name')) == "name is missing"
    assert failure(value.replace('"${name', '»"${name'), name=7) == "a number '7' cannot be a member's name"
    assert failure(value.replace('"${name', '»"${name'), name="") == "text '' cannot be a member's name"
    assert failure(value.replace('"${other', '»"${other'), name="a", other="a") == "there are two members 'a'"
    assert made('{"${$team}": 1, "$${a}": 2, $$if: 3, "$$ref": 4}') == {"ci": 1, "${a}": 2, "$if": 3, "$ref": 4}


def test_structured_values_stand_wherever_a_value_may() -> None:
    """In `let`, `defaults`, tags, content and all of it, custom data and all of it, times and ids."""
    translator = mapping("""
        cdevents: 0.5.1
        let:
          state: {$if: {ok: true}, then: success, else: failure}
          names: {$each: jobs, as: job, value: "${job}"}
          nothing: {$if: {ok: 5}, then: 1}
          deploy: {a: ["${ok}"]}
        defaults:
          timestamp: {$if: {at: {exists: true}}, then: "${at}", else: "${$received_at}"}
          custom_data: {$merge: [{names: "${$names}", "nothing?": "${$nothing}"}]}
        rules:
          started:
            emit: pipelinerun.queued
            id: [id]
            subject: {id: "${id}"}
          only:
            emit: pipelinerun.finished
            id: [id]
            subject:
              id: {$if: {ok: true}, then: "${id}", else: other}
              source: {$if: {ok: true}, then: /a}
              content:
                $if: {ok: true}
                then: {$merge: [{outcome: "${$state}"}, {$optional: {uri: "${uri}"}}]}
                else: {outcome: error}
            custom_data: {$if: {ok: true}, then: {a: "${$deploy.a[0]}"}}
            links:
              - path: started
                tags: {$merge: [{why: {$if: {ok: true}, then: "yes"}}, {"${id}": x}]}
    """)
    _, event = events(translator, {"id": "7", "ok": True, "jobs": ["a"], "at": "2026-01-01T00:00:00Z"})
    assert (event.subject_id, event.subject_source, event.timestamp) == ("7", "/a", "2026-01-01T00:00:00Z")
    assert event.content == {"outcome": "success"}
    assert event.custom_data == {"names": ["a"], "a": True}
    assert event.links[0]["tags"] == {"why": "yes", "7": "x"}


@pytest.mark.parametrize("part", ["content", "custom_data"])
def test_what_is_to_be_an_object_is_one(part: str) -> None:
    """A template that is something else is told when a record meets it."""
    value = '{$if: {id: "1"}, then: "${what}"}'
    text = written(**{part: value})
    assert mapping(text).translate(notification({"id": "1", "what": {"a": 1}})).errors == ()
    (error,) = mapping(text).translate(notification({"id": "1", "what": [1]})).errors
    assert error.endswith("this is to be an object, found a list of 1")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{»$iff: {a: 1}, then: 2}", "there is no '$iff' (did you mean '$if'?)"),
        ("{»$schema: x}", "there is no '$schema' (a member of this name is written '$$schema')"),
        ("»made: {$if: {a: 1}}", "'then' is missing"),
        ("{$if: {a: 1}, »than: 2}", "unknown key 'than' (did you mean 'then'?)"),
        ("{$if: {a: 1}, then: 2, »b: 3}", "unknown key 'b'"),
        ("{»$if: yes, then: 2}", "this is to be an object"),
        ("{$if: {b: 1, »a: {gtt: 1}}, then: 2}", "there is no comparison 'gtt'"),
        ("{$if: {a: 1}, »then: '${a | uper}'}", "there is no filter 'uper' (did you mean 'upper'?)"),
        ("{$if: {a: 1}, then: 1, else: [»'${a | uper}']}", "there is no filter 'uper'"),
        ("{$if: {$team: ci}, then: 1, »else: '${$no}'}", "$no is not defined"),
        ("»made: {$each: a, value: 2}", "'as' is missing"),
        ("{$each: a, »as: '1', value: 2}", "expected a word of letters"),
        ("{»$each: a |, as: b, value: 2}", "expected a name, found the end"),
        ("{$each: a, as: b, when: {»b: {in: 1}}, value: 2}", "'in' takes a list"),
        ("{$each: a, as: b, value: [»'${b | no}']}", "there is no filter 'no'"),
        ("{»$merge: {a: 1}}", "this is to be a list"),
        ("{»$merge: []}", "List should have at least 1 item"),
        ("{$merge: [»[1]]}", "this is to be an object or text"),
        ("{»a: {$optional: 1}}", "'$optional' is for an item of a list (the name of an optional member ends in '?')"),
        ("{»'${a': 1}", "'${' is not closed in '${a'"),
    ],
)
def test_a_mistake_in_a_structure_is_told_where_it_is(value: str, expected: str) -> None:
    """In the innermost part of it that is wrong, when the mapping loads."""
    text, place = marked(written(custom_data=f"{{{value}}}" if "made" in value else f"{{made: {value}}}"))
    assert any(problem.startswith(f"{place}: {expected}") for problem in problems(text)), problems(text)
    assert problems(written(let=value.replace("»", "").removeprefix("made: ")))


RUN = "pipelinerun.finished"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("{outcome: {$if: {a: 1}, then: success, »else: failed}}", "'outcome' can never be 'failed'"),
        ("{outcome: {$if: {a: 1}, then: {$if: {b: 1}, »then: ok}}}", "'outcome' can never be 'ok'"),
        ('{»outcome: \'${a | if("success", "bad")}\'}', "'outcome' can never be 'bad'"),
        ("{»outcome: {$each: a, as: b, value: x}}", "'outcome' is text"),
        (
            "{$if: {a: 1}, then: {outcome: error}, else: {»outcom: error}}",
            "pipelinerun.finished has no field 'outcom'",
        ),
        (
            "{$merge: [{outcome: error}, {»outcom: error}]}",
            "pipelinerun.finished has no field 'outcom' (did you mean 'outcome'?)",
        ),
        ("{$merge: [{$optional: {»outcome: maybe}}]}", "'outcome' can never be 'maybe'"),
        ("{»'${name}': error}", "pipelinerun.finished has fixed fields: '${name}' cannot be one"),
        ("»content: {$each: a, as: b, value: {outcome: error}}", "'pipelinerun.finished' is an object"),
        ("{$if: {a: 1}, »then: plain}", "'pipelinerun.finished' is an object"),
    ],
)
def test_content_is_checked_through_structures(content: str, expected: str) -> None:
    """In all branches, at the place inside them."""
    text, place = marked(written(emit=RUN, content=content).replace("content: »content", "»content"))
    assert any(problem.startswith(f"{place}: {expected}") for problem in problems(text)), problems(text)


@pytest.mark.parametrize(
    ("content", "missed"),
    [
        ("{$merge: [{uri: x}, {pipelineName: n}]}", False),
        ("{$merge: [{uri: x}, {'pipelineName?': n}]}", True),
        ("{$merge: [{uri: x, pipelineName: n}, {'pipelineName?': '${n}'}]}", False),
        ("{$merge: [{uri: x}, '${more}']}", False),
        ("{$merge: [{uri: x}, {$optional: {pipelineName: n}}]}", True),
        ("{$merge: [{uri: x}, {$if: {a: 1}, then: {pipelineName: n}, else: {pipelineName: m}}]}", False),
        ("{$merge: [{uri: x}, {$if: {a: 1}, then: {pipelineName: n}, else: {}}]}", True),
        ("{$if: {a: 1}, then: {uri: x, pipelineName: n}, else: {uri: x}}", True),
    ],
)
def test_a_required_field_is_missed_in_any_branch(content: str, missed: bool) -> None:
    """What is surely there in one part of several is enough."""
    found = problems(written(emit="pipelinerun.started", content=content))
    assert any("requires 'pipelineName'" in problem for problem in found) is missed, found


def test_tags_are_text() -> None:
    """A constant that is none is told when the mapping loads, in a branch as well."""
    links = "{}\n        links: [{end: {emit: change.merged, id: [id]}, tags: {a: 1, b: {$if: {id: x}, then: [1]}}}]"
    found = problems(written(custom_data=links))
    assert ["'a' is text" in found[0], "'b' is text" in found[1]] == [True, True]


class Nothing(Exception):
    """What is needed is missing."""


def meaning(node: Any, record: dict[str, Any]) -> Any:  # noqa: PLR0911  one for each structure
    """What a target means, read off it without compiling anything; raises Nothing."""
    match node:
        case str():
            if (found := record.get(node[2:-1])) is None:
                raise Nothing
            return found
        case list():
            return [made for item in node for made in item_meaning(item, record)]
        case {"$if": condition}:
            holds = all(record.get(name) == wanted for name, wanted in condition.items())
            if not holds and "else" not in node:
                raise Nothing
            return meaning(node["then" if holds else "else"], record)
        case {"$each": each, "value": value}:
            scopes = [{**record, "n": item} for item in meaning(f"${{{each}}}", record)]
            return [made for scope in scopes if scope["n"] > 1 for made in item_meaning(value, scope)]
        case {"$merge": parts}:
            return {name: value for part in parts for name, value in meaning(part, record).items()}
        case dict():
            return {name: made for key in node for name, made in member_meaning(key, node[key], record)}
    return node


def item_meaning(item: Any, record: dict[str, Any]) -> list[Any]:
    """An item's value, or nothing."""
    return optional_meaning(item["$optional"], record) if "$optional" in _keys(item) else [meaning(item, record)]


def member_meaning(key: str, value: Any, record: dict[str, Any]) -> list[tuple[str, Any]]:
    """A member, or nothing."""
    name = key.removesuffix("?")
    made = optional_meaning(value, record) if name != key else [meaning(value, record)]
    return [(name, each) for each in made]


def optional_meaning(node: Any, record: dict[str, Any]) -> list[Any]:
    """A value, or nothing where it is missing or empty."""
    try:
        made = meaning(node, record)
    except Nothing:
        return []
    return [made] if made not in ("", [], {}) else []


def _keys(node: Any) -> Any:
    return node if isinstance(node, dict) else ()


NAMES = st.sampled_from(["a", "b", "n"])
CONDITIONS = st.dictionaries(NAMES, st.integers(1, 2), min_size=1, max_size=2)
OBJECTS = st.deferred(lambda: st.dictionaries(st.sampled_from(["x", "y", "x?", "z?"]), NODES, max_size=3))
ITEMS = st.deferred(lambda: NODES | NODES.map(lambda node: {"$optional": node}))
NODES: st.SearchStrategy[Any] = st.deferred(
    lambda: (
        NAMES.map("${{{}}}".format)
        | st.integers(0, 3)
        | OBJECTS
        | st.lists(ITEMS, max_size=3)
        | st.lists(OBJECTS, min_size=1, max_size=2).map(lambda parts: {"$merge": parts})
        | st.builds(lambda when, then: {"$if": when, "then": then}, CONDITIONS, NODES)
        | st.builds(lambda when, then, other: {"$if": when, "then": then, "else": other}, CONDITIONS, NODES, NODES)
        | st.builds(lambda value: {"$each": "l", "as": "n", "when": {"n": {"gt": 1}}, "value": value}, ITEMS)
    )
)
RECORDS = st.fixed_dictionaries(
    {"id": st.just("1")},
    optional={"a": st.integers(0, 2), "b": st.integers(0, 2), "n": st.integers(0, 2), "l": st.lists(st.integers(0, 3))},
)


@settings(deadline=None)
@given(NODES, RECORDS)
def test_what_is_generated_does_what_is_written(node: Any, record: dict[str, Any]) -> None:
    """However structures are nested: the function that is made of a target gives what reading it gives."""
    text = written(custom_data=orjson.dumps({"made": node}).decode())
    translation = mapping(text).translate(notification(record))
    try:
        expected = meaning(node, record)
    except Nothing:
        assert (translation.events, len(translation.errors)) == ((), 1)
    else:
        assert [event.custom_data for event in translation.events] == [{"made": expected}]

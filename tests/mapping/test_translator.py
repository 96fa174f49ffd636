"""A compiled mapping at work."""

from typing import Any

import pytest

from adapters.cdevents.ids import context_id
from adapters.errors import MappingError
from adapters.mapping import scope
from tests.mapping.support import INSTANCE, events, mapping, notification, problems

RULE = """
    cdevents: 0.5.1
    rules:
      only:
        when: {type: x}
        emit: dev.cdeventsx.tool-thing.seen.0.1.0
        id: [key]
        subject:
          id: ${key}
          content:
"""


def content(lines: str, body: object) -> object:
    """The content that a rule with these lines makes of a body."""
    (event,) = events(mapping(RULE + "\n".join(f"            {line}" for line in lines.split("\n"))), body)
    return event.content


def failure(text: str, body: object) -> str:
    """The one error that a mapping meets in a body."""
    translation = mapping(text).translate(notification(body))
    assert translation.events == ()
    (error,) = translation.errors
    return error


def test_values_keep_their_kind() -> None:
    """One expression alone keeps numbers, lists and objects; with text around it, it becomes text."""
    lines = 'n: ${n}\nl: ${l}\no: {t: "n=${n}", c: 5, l: ["${n}", b]}'
    assert content(lines, {"type": "x", "key": "k", "n": 3, "l": [1]}) == {
        "n": 3,
        "l": [1],
        "o": {"t": "n=3", "c": 5, "l": [3, "b"]},
    }


@pytest.mark.parametrize("nothing", [{}, {"a": None}, {"a": ""}, {"a": []}, {"a": {}}])
def test_optional_target_is_left_out(nothing: dict[str, object]) -> None:
    """A key that ends in `?` is left out where its value is missing, null or empty."""
    body = {"type": "x", "key": "k", **nothing}
    assert content("a?: ${a}\nb: ${key}", body) == {"b": "k"}


def test_optional_object_is_left_out_whole() -> None:
    """Where anything required inside an optional object is missing, the object goes, and only it."""
    lines = "o?: {id: '${a.id}', 'name?': '${a.name}'}\nb: ${key}"
    assert content(lines, {"type": "x", "key": "k", "a": {"name": "n"}}) == {"b": "k"}
    assert content(lines, {"type": "x", "key": "k", "a": {"id": "i"}}) == {"b": "k", "o": {"id": "i"}}


def test_missing_value_names_file_line_rule_and_path() -> None:
    """What a target needs and is not there is an error that says where to look."""
    text = RULE + "            inner: {deep: '${a.b}'}"
    assert failure(text, {"type": "x", "key": "k"}) == "test.yaml:11:17: rule only: a.b is missing"


def test_filter_error_is_not_hidden_by_an_optional_target() -> None:
    """A `?` forgives absence, never a wrong value."""
    assert "lower takes text, found a number '5'" in failure(
        RULE + "            a?: ${a | lower}", {"type": "x", "key": "k", "a": 5}
    )


def test_what_a_variable_switches_off_is_not_evaluated() -> None:
    """A text of which a part can never be there costs nothing, fails nowhere, and is left out of what is optional."""
    text = """\
    cdevents: 0.5.1
    variables: {on: ""}
    let: {where_on: '${$on | capture("^().")}', part: "${$where_on}${number | lower}"}
    rules:
      a:
        emit: pipelinerun.queued
        id: [x]
        subject: {id: x, content: {}}
        custom_data:
          part?: ${$part}
          always: yes
    """
    [event] = events(mapping(text), {"x": 1, "number": 7})
    assert event.custom_data == {"always": "yes"}
    [event] = events(mapping(text, on="on"), {"x": 1, "number": "SEVEN"})
    assert event.custom_data == {"part": "seven", "always": "yes"}
    assert "lower takes text" in mapping(text, on="on").translate(notification({"x": 1, "number": 7})).errors[0]


@pytest.mark.parametrize("key", [None, "", 1.5, True, [], {}])
def test_id_must_be_text_or_a_whole_number(key: object) -> None:
    """An id is never made of nothing, nor of what has more than one way to be written."""
    error = failure(RULE + "            a: b", {"type": "x", "key": key})
    assert "key is missing" in error or "cannot be part of an id" in error
    assert error.startswith("test.yaml:7:")


def test_id_is_of_source_type_and_key_alone() -> None:
    """The same key gives the same id, as number or text, whatever else the payload says."""
    translator = mapping(RULE + "            a: ${a}")
    ids = {events(translator, {"type": "x", "key": key, "a": a})[0].id for key in (7, "7") for a in (1, "other")}
    assert ids == {context_id(INSTANCE, "dev.cdeventsx.tool-thing.seen.0.1.0", ["7"])}


def test_unmatched_and_ignored_records_are_counted() -> None:
    """A record that no rule and no ignore covers is unmatched; an ignored one fires no rule."""
    text = RULE.replace("rules:", "ignore: [{type: [x, y], skip: true}]\n    rules:") + "            a: b"
    translator = mapping(text)
    assert translator.translate(notification({"type": "z", "key": 1})).unmatched == 1
    ignored = translator.translate(notification({"type": "x", "key": 1, "skip": True}))
    assert (ignored.events, ignored.ignored, ignored.unmatched) == ((), 1, 0)


MANY = """
    cdevents: 0.5.1
    split: {each: events, as: event}
    ignore: [{event.kind: noise}]
    rules:
      each:
        when: {event.kind: push}
        split: {each: event.files, as: file}
        emit: dev.cdeventsx.tool-file.pushed.0.1.0
        id: [repo, file.key]
        subject: {id: "${file.key}", content: {size: "${file.value}"}}
"""


def test_split_makes_many_of_one() -> None:
    """Records are split at the top and events in a rule; an object's members are key and value."""
    body = {
        "repo": "r",
        "events": [{"kind": "push", "files": {"a": 1, "b": 2}}, {"kind": "noise"}, {"kind": "push"}, {"kind": "?"}],
    }
    translation = mapping(MANY).translate(notification(body))
    assert [(event.subject_id, event.content["size"]) for event in translation.events] == [("a", 1), ("b", 2)]
    assert (translation.ignored, translation.unmatched, translation.errors) == (1, 1, ())


def test_optional_split_leaves_one_whole() -> None:
    """A tool that sends one thing or many has the same rules for both."""
    translator = mapping(MANY.replace("as: event}", "as: event, optional: true}"))
    one = {"repo": "r", "event": {"kind": "push", "files": {"a": 1}}}
    many = {"repo": "r", "events": [{"kind": "push", "files": {"a": 1}}]}
    assert events(translator, one) == events(translator, many)
    assert translator.translate(notification({})).unmatched == 1


def test_one_bad_record_does_not_stop_the_others() -> None:
    """A failure is that record's alone."""
    body = {"repo": "r", "events": [{"kind": "push", "files": 5}, {"kind": "push", "files": {"a": 1}}]}
    translation = mapping(MANY).translate(notification(body))
    assert [event.subject_id for event in translation.events] == ["a"]
    assert translation.errors == ("test.yaml:8:5: rule each: cannot split a number '5'",)


def test_a_condition_that_cannot_be_decided_is_told_at_its_place() -> None:
    """The record's own failure names the rule or the ignore, not only the mapping."""
    rule = RULE.replace("when: {type: x}", "when: {count | int: 1}").replace("          content:\n", "")
    assert failure(rule, {"key": "k", "count": "many"}).startswith("test.yaml:4:3: int: ")
    ignore = MANY.replace("event.kind: noise", "event.size | int: 0")
    assert failure(ignore, {"events": [{"size": "small"}]}).startswith("test.yaml:4:10: int: ")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the body is not JSON"),
        (b"", "the body is not JSON"),
        (b'{"a": NaN}', "the body is not JSON"),
        (b"[" * 2000, "the body is not JSON"),
        (b'{"events": 5}', "test.yaml:3:1: cannot split a number '5'"),
        (b"{}", "test.yaml:3:1: nothing to split: events is missing"),
        (b"[1]", "test.yaml:3:1: nothing to split: events is missing"),
    ],
)
def test_unreadable_notification_is_one_error(body: bytes, message: str) -> None:
    """A body that is no envelope raises MappingError with the reason, for the route to park."""
    with pytest.raises(MappingError, match="^" + message.replace("?", r"\?")):
        mapping(MANY).translate(notification(body))


def test_every_rule_that_matches_fires_in_order() -> None:
    """Order of rules decides the order of events and nothing else."""
    second = """
      other:
        emit: dev.cdeventsx.tool-thing.heard.0.1.0
        id: [key]
        subject: {id: "${key}"}
"""
    found = events(mapping(RULE + "            a: b" + second), {"type": "x", "key": "k"})
    assert [event.name.split(".")[3] for event in found] == ["seen", "heard"]


def test_items_of_a_list_are_asked_with_all_names() -> None:
    """Inside `some`, a path is the item's, and `$names` are what they are outside."""
    text = (
        RULE.replace("rules:", 'variables: {wanted: b}\n    let: {ask: "${$headers.x}"}\n    rules:').replace(
            "when: {type: x}", 'when: {items: {some: {k: "${$wanted}", h: "${$ask}"}}}'
        )
        + "            a: b"
    )
    translator = mapping(text)
    body = {"key": "k", "items": [{"k": "a"}, {"k": "b", "h": "yes"}]}
    assert len(translator.translate(notification(body, x="yes")).events) == 1
    assert translator.translate(notification(body, x="no")).unmatched == 1


def test_names_are_of_the_item_that_a_split_made() -> None:
    """A `let` that was evaluated for the whole record is evaluated anew for each item of it."""
    text = """
    cdevents: 0.5.1
    let: {name: "${file.value | default(key)}"}
    rules:
      each:
        when: {$name: {exists: true}}
        split: {each: files, as: file}
        emit: dev.cdeventsx.tool-file.pushed.0.1.0
        id: [$name]
        subject: {id: "${$name}"}
    """
    found = events(mapping(text), {"key": "k", "files": {"a": "1", "b": "2"}})
    assert [event.subject_id for event in found] == ["1", "2"]


@pytest.mark.parametrize(
    "wanted", ['["${file.wanted}", none]', '{in: "${file.all}"}', '{not: {in: ["${file.other}"]}}']
)
def test_what_a_value_is_compared_with_may_be_of_an_item(wanted: str) -> None:
    """A `let` whose condition reads the item only in what it compares with is of the item, too."""
    text = f"""
    cdevents: 0.5.1
    let: {{said: {{$if: {{state: {wanted}}}, then: "yes", else: "no"}}}}
    rules:
      each:
        split: {{each: files, as: file}}
        emit: dev.cdeventsx.tool-file.pushed.0.1.0
        id: [file.name]
        subject: {{id: "${{$said}}"}}
    """
    files = [
        {"name": "a", "wanted": "ok", "all": ["ok"], "other": "failed"},
        {"name": "b", "wanted": "failed", "all": [], "other": "ok"},
    ]
    found = events(mapping(text), {"state": "ok", "files": files})
    assert [event.subject_id for event in found] == ["yes", "no"]


def test_a_rule_may_split_off_some_items_only() -> None:
    """Those for which a condition over the item holds; none is an event less, not an error."""
    text = """
    cdevents: 0.5.1
    let: {size: "${file.size}"}
    rules:
      each:
        split: {each: files, as: file, when: {$size: {ge: 10}}}
        emit: dev.cdeventsx.tool-file.pushed.0.1.0
        id: [file.name]
        subject: {id: "${file.name}"}
    """
    files = [{"name": "a", "size": 5}, {"name": "b", "size": 10}, {"name": "c"}, {"name": "d", "size": 11}]
    assert [event.subject_id for event in events(mapping(text), {"files": files})] == ["b", "d"]
    assert events(mapping(text), {"files": files[:1]}) == ()


def test_records_are_left_out_by_ignore_alone() -> None:
    """At the top of a mapping a split has no condition: what no rule is about is counted."""
    found = problems("""
    cdevents: 0.5.1
    split: {each: files, as: file, when: {file.size: 5}}
    rules:
      each:
        emit: dev.cdeventsx.tool-file.pushed.0.1.0
        id: [file.name]
        subject: {id: "${file.name}"}
    """)
    assert len(found) == 1
    assert found[0].startswith("test.yaml:3:")


def test_the_digest_of_a_document_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many records and events are made of it: a report of thousands of tests is not read thousands of times."""
    made: list[Any] = []

    def counted(value: Any) -> str:
        made.append(value)
        return "0" * 64

    monkeypatch.setattr(scope, "sha256", counted)
    translator = mapping("""
cdevents: 0.5.1
split: {each: suites, as: suite}
rules:
  any:
    split: {each: suite.tests, as: test}
    emit: change.created
    id: [$body_digest, test]
    timestamp: ${$received_at}
    subject: {id: "${$body_digest}/${test}", content: {repository: {id: shop}}}
""")
    found = events(translator, {"suites": [{"tests": ["a", "b"]}, {"tests": ["c"]}]})
    assert [each.subject_id for each in found] == [f"{'0' * 64}/{name}" for name in "abc"]
    assert len(made) == 1

"""Mappings the other way: from a CDEvent to messages in another tool's words."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import orjson
import pytest

from adapters import yamlfile
from adapters.cdevents.ids import named_id
from adapters.errors import ConfigError, MappingError
from adapters.mapping import load_export
from adapters.mapping.export.compiler import Exporter, exporter
from adapters.mapping.translator import Outcome
from adapters.model import Mapped, Place
from tests.mapping.support import notification

FINISHED: dict[str, Any] = {
    "context": {
        "specversion": "0.5.1",
        "id": "0f6a7c1e-63bb-5d3c-9a55-6f1f0c8f2f10",
        "source": "https://ci.example.com/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "timestamp": "2026-03-02T08:15:30Z",
        "links": [{"linkType": "PATH", "from": {"contextId": "a"}}, {"linkType": "END", "from": {"contextId": "b"}}],
    },
    "subject": {"id": "shop/7", "content": {"pipelineName": "shop", "outcome": "failure"}},
}
MERGED = {**FINISHED, "context": {**FINISHED["context"], "type": "dev.cdevents.change.merged.0.3.0"}}


def export(text: str, **variables: Any) -> Exporter:
    """The export mapping written in a test."""
    return exporter(yamlfile.parse(dedent(text), "test.yaml"), "test", Path("test.yaml"), variables)


def problems(text: str) -> list[str]:
    """What is wrong with one."""
    try:
        export(text)
    except ConfigError as error:
        return [str(problem) for problem in error.problems]
    return []


def outcome(text: str, event: Any = FINISHED, **variables: Any) -> Outcome[Mapped]:
    """What one makes of an event."""
    return export(text, **variables).translate(notification(event))


def made(text: str, event: Any = FINISHED, **variables: Any) -> list[Mapped]:
    """The messages that one makes of an event, of which none was in error."""
    found = outcome(text, event, **variables)
    assert found.errors == ()
    return [*found.events]


WHOLE = """
cdevents: 0.5.1
variables: {team: red}
let:
  run: ${subject.id | uuid5("run")}
messages:
  failed:
    types: [pipelinerun.*]
    when: {subject.content.outcome: [failure, error]}
    id: ${$run}
    type: RunFailed
    key: ${subject.id}
    topic: ci.${$predicate}.${$team}
    method: PUT
    path: /runs/${subject.id | url_encode}?team=${$team}
    headers: {X-Team: "${$team}", "X-Ticket?": "${customData.ticket}"}
    body:
      run: ${subject.content.pipelineName}
      after: {$each: context.links, as: link, value: "${link.from.contextId}"}
"""


def test_a_message_has_what_is_said_of_it() -> None:
    """Its body is JSON, and its place is what a sink may heed."""
    [message] = made(WHOLE)
    assert message == Mapped(
        name="failed",
        id=named_id(["shop/7", "run"]),
        type="RunFailed",
        body={"run": "shop", "after": ["a", "b"]},
        place=Place("ci.finished.red", "PUT", "/runs/shop%2F7?team=red", {"X-Team": "red"}),
        key="shop/7",
    )


MINIMAL = "cdevents: 0.5.1\nmessages:\n  told:\n    types: [pipelinerun.finished]\n    body: ${subject.id}\n"


def test_what_a_message_does_not_say_is_left_to_the_sink() -> None:
    """It has a type after its name, and nothing else."""
    [message] = made(MINIMAL)
    assert message == Mapped("told", message.id, "mapped.told", "shop/7")


def test_an_id_follows_from_the_event_and_the_messages_name() -> None:
    """The same event has the same; another event, and another message, have others."""
    [one] = made(MINIMAL)
    [again] = made(MINIMAL)
    [renamed] = made(MINIMAL.replace("told:", "said:"))
    [other] = made(MINIMAL, {**FINISHED, "context": {**FINISHED["context"], "id": "another"}})
    assert one.id == again.id
    assert len({one.id, renamed.id, other.id}) == 3
    assert one.id[14] == "5"


def test_an_event_of_no_message_is_left_out() -> None:
    """That is on purpose: it is neither unmatched nor an error, as in a mapping it would be."""
    assert outcome(WHOLE, MERGED) == Outcome()


def test_an_event_may_make_many_messages() -> None:
    """One of each message whose condition holds, and of each item of a split."""
    both = MINIMAL + (
        "  each:\n    types: [pipelinerun.*]\n    split: {each: context.links, as: link}\n"
        '    id: ${link.from.contextId | uuid5("link")}\n    body: ${link.linkType}\n'
    )
    assert [message.body for message in made(both)] == ["shop/7", "PATH", "END"]
    assert len({message.id for message in made(both)}) == 3


@pytest.mark.parametrize(
    ("types", "fires"),
    [
        ("[pipelinerun.finished]", True),
        ("[pipelinerun.*, change.merged]", True),
        ("['*']", True),
        ("[change.*]", False),
        ("[dev.cdeventsx.*]", False),
        ("[pipelinerun.finished, dev.cdeventsx.acme-gate.opened.0.1.0]", True),
    ],
)
def test_a_message_is_made_of_its_types(types: str, fires: bool) -> None:
    """By name, or by the beginning of names, as a route chooses them."""
    assert bool(made(MINIMAL.replace("[pipelinerun.finished]", types))) is fires


def test_custom_events_are_chosen_by_their_types() -> None:
    """The parts of such a type have their names, too."""
    event = {**FINISHED, "context": {**FINISHED["context"], "type": "dev.cdeventsx.acme-gate.opened.0.1.0"}}
    text = MINIMAL.replace("[pipelinerun.finished]", "[dev.cdeventsx.acme-*]").replace(
        "${subject.id}", "${$subject} ${$predicate} ${$type}"
    )
    assert [message.body for message in made(text, event)] == ["acme-gate opened dev.cdeventsx.acme-gate.opened.0.1.0"]


@pytest.mark.parametrize("type_", ["dev.cdevents.", "dev.cdevents.x", "dev.cdeventsx.x"])
def test_a_type_without_its_parts_has_none(type_: str) -> None:
    """Others may say anything: a part that is not there is missing."""
    event = {**FINISHED, "context": {**FINISHED["context"], "type": type_}}
    text = MINIMAL.replace("[pipelinerun.finished]", "['*']").replace(
        "${subject.id}", '${$predicate | default("none")}'
    )
    assert [message.body for message in made(text, event)] == ["none"]


def test_an_event_of_an_earlier_version_is_read_as_one_of_0_5_1() -> None:
    """Whoever made it: a mapping has one word for each thing."""
    context = {name: value for name, value in FINISHED["context"].items() if name != "specversion"}
    event = {
        "context": {**context, "version": "0.4.1", "type": "dev.cdevents.pipelinerun.finished.0.2.0"},
        "subject": {"id": "x", "type": "pipelineRun", "content": {"url": "https://ci.example.com/x"}},
    }
    assert [message.body for message in made(MINIMAL.replace("subject.id", "subject.content.uri"), event)] == [
        "https://ci.example.com/x"
    ]


@pytest.mark.parametrize(
    ("said", "header"), [("a b/c; d=50%", "a b/c; d=50%"), ("röt", "r%C3%B6t"), ("a\r\nX: b\0", "a%0D%0AX: b%00")]
)
def test_a_header_is_visible(said: str, header: str) -> None:
    """No event adds another, and none is lost for what a header cannot hold."""
    event = {**FINISHED, "subject": {"id": said, "content": {}}}
    [message] = made(MINIMAL.replace("    body", '    headers: {X-Run: "${subject.id}"}\n    body'), event)
    assert message.place.headers == {"X-Run": header}


def test_what_is_secret_in_a_url_is_in_no_message() -> None:
    """Whoever made the event: what the sidecar makes has none."""
    uri = "https://me:s3cr3t@ci.example.com/x?token=s3cr3t&page=2"
    event = {**FINISHED, "subject": {"id": "x", "content": {"uri": uri}}, "customData": {"seen": [uri]}}
    [message] = made(MINIMAL.replace("${subject.id}", "{all: '${$body}', page: '${subject.content.uri}'}"), event)
    assert "s3cr3t" not in str(message)
    assert message.body["page"] == "https://ci.example.com/x?page=2"


def test_a_condition_may_ask_for_the_type_as_well() -> None:
    """It holds beside the types."""
    text = MINIMAL.replace("    body", "    when: {$type: {matches: '.*queued'}}\n    body")
    assert made(text) == []


def test_what_is_ignored_makes_no_message() -> None:
    """As in a mapping."""
    assert outcome(MINIMAL + "ignore: [{subject.content.outcome: failure}]\n").ignored == 1


def test_what_is_missing_is_an_error_with_its_place() -> None:
    """The other messages of the event are made."""
    text = MINIMAL + "  other:\n    types: ['*']\n    body: {ticket: '${customData.ticket}'}\n"
    found = outcome(text)
    assert [message.name for message in found.events] == ["told"]
    assert found.errors == ("test.yaml:8:12: rule other: customData.ticket is missing",)


@pytest.mark.parametrize("path", ["/a/${subject.content.pipelineName}", "/a?x=${subject.content.pipelineName}"])
@pytest.mark.parametrize("said", ["../admin", "..", "a/b", "a?b=c", "a&b=c", "a\nb", "%2e%2e", ""])
def test_an_event_cannot_choose_another_path(path: str, said: str) -> None:
    """What it says is a piece of the way; that of a parameter may have slashes and question marks."""
    event = {**FINISHED, "subject": {"id": "x", "content": {"pipelineName": said}}}
    found = outcome(MINIMAL.replace("    body", f"    path: {path}\n    body"), event)
    harmless = said not in ("a&b=c", "a\nb") if "?x=" in path else said == "a&b=c"
    assert bool(found.events) is harmless
    assert len(found.errors) == (not harmless)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"{", "is not JSON"),
        ({"subject": {}}, "context.id: is missing"),
        ({**FINISHED, "subject": {}}, "subject.id: is missing"),
        ([], "the body"),
    ],
)
def test_what_is_no_cdevent_is_refused(body: Any, says: str) -> None:
    """By what it lacks."""
    with pytest.raises(MappingError, match=says):
        outcome(MINIMAL, body)


def test_a_cdevent_may_come_in_a_cloudevent() -> None:
    """As it is published."""
    cloud = {"specversion": "1.0", "id": "1", "source": "s", "type": FINISHED["context"]["type"], "data": FINISHED}
    assert [message.body for message in made(MINIMAL, cloud)] == ["shop/7"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[pipelinerun.finished]", "[pipelinerun.finish]", "there is no CDEvent 'pipelinerun.finish': did you mean"),
        ("[pipelinerun.finished]", "[]", "at least 1 item"),
        ("    body", "    path: runs/${subject.id}\n    body", "expected a path such as"),
        ("    body", "    path: //evil/${subject.id}\n    body", "expected a path such as"),
        ("    body", "    headers: {Authorization: x}\n    body", "this header is the sink's"),
        ("    body", "    headers: {'a b': x}\n    body", "expected the name of a header"),
        ("    body", "    split: {each: context.links, as: link}\n    body", "needs an id"),
        ("    body", "    emit: change.merged\n    body", "unknown key 'emit'"),
        ("${subject.id}", "${$instance}", "$instance is not defined"),
        ("${subject.id}", "${subject.id | uid5}", "did you mean 'uuid5'"),
        ("${subject.id}", "${subject.content.outcom}", "an event has no 'outcom' there (did you mean 'outcome'?)"),
        ("${subject.id}", "{'a?': '${subject.content.artifactId}'}", "an event has no 'artifactId' there"),
        ("${subject.id}", "${subject.id | uuid5(contxt.id)}", "an event has no 'contxt' there (did you mean 'context'"),
        ("${subject.id}", "${item.x}", "an event has no 'item' there"),
        (
            "messages",
            "let: {a: '${subject.contnt.outcome}'}\nmessages",
            "test.yaml:2:7: an event has no 'contnt' there",
        ),
        ("messages", "let: {type: x}\nmessages", "$type is defined twice, or is a name that is always there"),
    ],
)
def test_what_is_wrong_is_told_when_it_loads(old: str, new: str, says: str) -> None:
    """At its place, with what to write instead."""
    found = problems(MINIMAL.replace(old, new))
    assert any(says in problem and problem.startswith("test.yaml:") for problem in found), found


def test_an_export_includes_what_is_shared(tmp_path: Path) -> None:
    """But nothing that is only for the way in."""
    (tmp_path / "shared.yaml").write_text("let: {who: '${subject.id}'}\n")
    (tmp_path / "export.yaml").write_text("include: [shared.yaml]\n" + MINIMAL.replace("subject.id", "$who"))
    found = load_export(tmp_path, variables={}).translate(notification(FINISHED))
    assert [message.body for message in found.events] == ["shop/7"]
    (tmp_path / "shared.yaml").write_text("let: {who: '${subject.id}'}\ndefaults: {timestamp: x}\n")
    with pytest.raises(ConfigError, match="unknown key 'defaults'"):
        load_export(tmp_path, variables={})


def test_a_message_that_is_no_json_cannot_be_made() -> None:
    """The body of a message is JSON, whatever is in it."""
    [message] = made(MINIMAL.replace("${subject.id}", "{whole: '${$body}'}"))
    assert orjson.loads(orjson.dumps(message.body))["whole"] == FINISHED

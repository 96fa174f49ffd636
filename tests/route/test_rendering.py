"""From a record to messages, in each format."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from adapters.cdevents.cloudevents import correlation
from adapters.cdevents.ids import legacy_id
from adapters.mapping import load
from adapters.mapping.library import find
from adapters.mapping.translator import Translation
from adapters.model import Encoding, Format, Notification, Record, Spec
from adapters.route import Origin, Rendered, renderer
from adapters.route.rendered import Render
from tests.route.conftest import INSTANCE, Words, event, heard


def origins(source: str) -> Origin | None:
    """Jenkins has a mapping, the registry has none, others make CDEvents, and nothing else is configured."""
    return {
        "jenkins": Origin(INSTANCE, Words()),
        "registry": Origin("https://registry.example.com/"),
        "others": Origin("", cdevents=True),
    }.get(source)


def rendered(render: Render, body: str, source: str = "jenkins") -> Rendered:
    """What becomes of a body."""
    return render(Record(1, heard(body, source)))


def test_a_legacy_message_is_the_tools_bytes_and_names_its_cdevents() -> None:
    """Its id follows from instance and body; `cdeventids` has the ids of the events, in order."""
    [message] = rendered(renderer(origins, format_=Format.LEGACY, encoding=Encoding.RAW), "one i two").messages
    assert (message.format, message.encoding, message.data) == (Format.LEGACY, Encoding.RAW, b"one i two")
    assert message.attributes["id"] == legacy_id(INSTANCE, "", b"one i two")
    assert message.attributes["cdeventids"] == f"{event('one').id},{event('two').id}"
    assert message.attributes["type"] == "legacy.jenkins.notification"


@pytest.mark.parametrize(("source", "body"), [("registry", "push"), ("jenkins", "!garbage"), ("jenkins", "ignored")])
def test_a_legacy_message_goes_out_without_a_translation(source: str, body: str) -> None:
    """With no mapping, a body that cannot be read, or nothing to say: the tool's event is published all the same."""
    result = rendered(renderer(origins, format_=Format.LEGACY), body, source)
    assert ("cdeventids" in result.messages[0].attributes, result.errors) == (False, ())


def test_a_source_without_a_mapping_is_the_type_of_its_messages() -> None:
    """The type is then of the source's name."""
    [message] = rendered(renderer(origins, format_=Format.LEGACY), "push", "registry").messages
    assert message.attributes["type"] == "legacy.registry"


def test_cdevents_name_their_legacy_message() -> None:
    """Each event of a record has the id that a legacy route gives the message it came from."""
    [legacy] = rendered(renderer(origins, format_=Format.LEGACY), "one two").messages
    messages = rendered(renderer(origins, format_=Format.CDEVENTS), "one two").messages
    assert [message.attributes["legacyid"] for message in messages] == [legacy.attributes["id"]] * 2
    assert ",".join(message.attributes["id"] for message in messages) == legacy.attributes["cdeventids"]


@pytest.mark.parametrize(
    ("spec", "key", "type_"),
    [
        (Spec.V0_5_1, "specversion", "dev.cdevents.pipelinerun.finished.0.3.0"),
        (Spec.V0_6_0, "specversion", "dev.cdevents.pipelinerun.finished.0.3.0"),
        (Spec.V0_4_1, "version", "dev.cdevents.pipelinerun.finished.0.2.0"),
        (Spec.V0_3_0, "version", "dev.cdevents.pipelinerun.finished.0.1.1"),
    ],
)
def test_cdevents_are_of_the_routes_spec(spec: Spec, key: str, type_: str) -> None:
    """The document's version and type follow the route."""
    [message] = rendered(renderer(origins, format_=Format.CDEVENTS, spec=spec), "one").messages
    context = orjson.loads(message.data)["context"]
    assert (context[key], context["type"], message.attributes["type"]) == (spec.value, type_, type_)


def test_custom_events_name_their_schema() -> None:
    """Where the route says where these are; their ids are the same, and other events name none."""
    folder = "https://ci.example.com/cdevents"
    plain = rendered(renderer(origins, format_=Format.CDEVENTS), "one q2").messages
    messages = rendered(renderer(origins, format_=Format.CDEVENTS, schemas=folder), "one q2").messages
    uris = [orjson.loads(message.data)["context"].get("schemaUri") for message in messages]
    assert uris == [None, f"{folder}/dev.cdeventsx.jenkins-word.said.0.1.0.json"]
    assert [each.attributes["id"] for each in messages] == [each.attributes["id"] for each in plain]


def test_what_a_spec_has_no_type_for_is_told() -> None:
    """It is not published, and no error; what is not chosen is not told of."""
    custom = "dev.cdeventsx.jenkins-word.said.0.1.0"
    found = rendered(renderer(origins, format_=Format.CDEVENTS, spec=Spec.V0_3_0), "one q2 q3")
    assert ([message.attributes["subject"] for message in found.messages], found.errors) == (["one"], ())
    assert (found.unsaid, found.left_out) == ((custom, custom), 0)
    found = rendered(renderer(origins, format_=Format.CDEVENTS, spec=Spec.V0_3_0, types=["pipelinerun.*"]), "one q2")
    assert (found.unsaid, found.left_out) == ((), 1)


def test_what_fails_does_not_hold_back_the_rest() -> None:
    """Of one record: the good events, and the reason for each that is in error or not valid."""
    result = rendered(renderer(origins, format_=Format.CDEVENTS), "one e2 wrong i4 u5 u6 seven")
    assert [message.attributes["subject"] for message in result.messages] == ["one", "seven"]
    assert result.errors[0] == "mapping.yaml:7:3: e2"
    assert result.errors[1].startswith("pipelinerun.finished is not a valid CDEvent of 0.5.1: subject.content.outcome")
    assert (len(result.errors), result.ignored, result.unmatched) == (2, 1, 2)


def test_a_body_that_cannot_be_read_is_an_error() -> None:
    """The mapping's own words are the reason."""
    result = rendered(renderer(origins, format_=Format.CDEVENTS), "!garbage")
    assert result == Rendered(errors=("mapping.yaml:1:1: the body is not JSON",))


@pytest.mark.parametrize("format_", Format)
def test_a_source_that_is_gone_is_an_error(format_: Format) -> None:
    """What it said earlier is not thrown away: it is parked until somebody decides."""
    result = rendered(renderer(origins, format_=format_), "one", "gone")
    assert (result.messages, result.errors) == ((), ("source 'gone' is not in the configuration any more",))


def test_a_source_without_a_mapping_has_no_cdevents() -> None:
    """And that is no error."""
    assert rendered(renderer(origins, format_=Format.CDEVENTS), "push", "registry") == Rendered()


@pytest.mark.parametrize("format_", Format)
def test_a_route_leaves_other_sources_alone(format_: Format) -> None:
    """A record of a source that is not the route's own is passed over, whether it is configured or not."""
    render = renderer(origins, format_=format_, sources=["jenkins"])
    assert [bool(rendered(render, "one", source).messages) for source in ("jenkins", "registry")] == [True, False]
    assert rendered(render, "one", "gone") == Rendered()


FOREIGN: dict[str, Any] = {
    "context": {"id": "7", "source": "/forge", "type": "dev.cdevents.change.merged.0.1.2", "timestamp": "2023"},
    "subject": {"id": "42", "content": {}},
    "unknown": {"to": "us"},
}


def acting(**options: Any) -> Render:
    """How a route renders that ends in an action."""
    return renderer(origins, format_=Format.CDEVENTS, ends=True, **options)


def test_what_others_made_is_acted_on_as_it_is() -> None:
    """Of whatever version: nothing is checked against ours, nothing changed, and the route chooses by type as ever."""
    body = orjson.dumps([FOREIGN, {**FOREIGN, "context": {**FOREIGN["context"], "id": "8"}}]).decode()
    result = rendered(acting(), body, "others")
    assert [orjson.loads(message.data)["unknown"] for message in result.messages] == [{"to": "us"}] * 2
    assert [message.attributes["id"] for message in result.messages] == ["7", "8"]
    assert {message.attributes["type"] for message in result.messages} == {"dev.cdevents.change.merged.0.1.2"}
    assert len(rendered(acting(types=["change.*"]), body, "others").messages) == 2
    assert rendered(acting(types=["build.*"]), body, "others") == Rendered(left_out=2)


def test_what_others_made_is_published_by_nobody() -> None:
    """In neither form: an adapter that heard it again would do so for ever."""
    for format_ in Format:
        assert rendered(renderer(origins, format_=format_), orjson.dumps(FOREIGN).decode(), "others") == Rendered()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            '{"specversion":"1.0","type":"dev.cdevents.change.merged.0.1.2","source":"s"}',
            "this is no CDEvent: context.id",
        ),
        ('{"specversion":"1.0","type":"dev.cdevents.change.merged.0.1.2"}', "this is no CloudEvent: Missing required"),
        ("dev.cdevents", "the body is not JSON"),
        (
            orjson.dumps(FOREIGN).decode().replace('"us"', "[" * 500 + "]" * 500),
            "the CDEvent 7 cannot be written as JSON",
        ),
    ],
)
def test_what_cannot_be_acted_on_is_an_error(body: str, problem: str) -> None:
    """It becomes a dead letter, with its reason."""
    result = rendered(acting(), body, "others")
    assert result.messages == ()
    assert result.errors[0].startswith(problem)


def test_of_what_others_made_a_part_is_not_acted_on() -> None:
    """What a webhook had to cut is an error, though a whole event may be in what is left."""
    cut = heard(orjson.dumps(FOREIGN).decode(), "others")._replace(headers={"x-truncated": "300"})
    result = acting()(Record(1, cut))
    assert (result.messages, result.errors[0][:20]) == ((), "of its 300 bytes onl")


@pytest.mark.parametrize(
    ("types", "names"),
    [
        (None, ["pipelinerun.finished", "dev.cdeventsx.jenkins-node.offline.0.1.0"]),
        (["change.*", "pipelinerun.finished"], ["pipelinerun.finished"]),
        (["dev.cdeventsx.jenkins-*"], ["dev.cdeventsx.jenkins-node.offline.0.1.0"]),
        (["pipelinerun"], []),
    ],
)
def test_a_route_publishes_the_types_it_chooses(types: list[str] | None, names: list[str]) -> None:
    """By name or beginning; what it leaves out is not even checked, and what fails for other reasons is still told."""

    class Custom(Words):
        def translate(self, notification: Notification) -> Translation:
            found = super().translate(notification)
            custom = event("two")._replace(name="dev.cdeventsx.jenkins-node.offline.0.1.0", content={})
            return found._replace(events=(*found.events, custom))

    render = renderer(lambda _: Origin(INSTANCE, Custom()), format_=Format.CDEVENTS, types=types)
    result = rendered(render, "one e2")
    assert [
        message.attributes["type"].removeprefix("dev.cdevents.").removesuffix(".0.3.0") for message in result.messages
    ] == names
    assert result.errors == ("mapping.yaml:7:3: e2",)


@pytest.mark.parametrize("format_", Format)
@pytest.mark.parametrize(
    ("header", "said"), [("300", "of its 300 bytes only"), ("300/200", "of its 300 bytes (the limit is 200) only")]
)
def test_what_a_source_had_to_cut_is_an_error(format_: Format, header: str, said: str) -> None:
    """Neither format publishes it, though what is left can be read; the reason says how large it was."""
    cut = heard("one two")._replace(headers={"x-truncated": header})
    result = renderer(origins, format_=format_)(Record(1, cut))
    assert result.messages == ()
    assert result.errors == (f"{said} the first 7 were kept; let its source take more",)


def test_an_event_that_cannot_be_written_is_an_error() -> None:
    """JSON that may be read but not written again, for it is nested too deeply, does not hold back the rest."""
    deep: list[Any] = []
    for _ in range(300):
        deep = [deep]

    class Deep(Words):
        def translate(self, notification: Notification) -> Translation:
            found = super().translate(notification)
            return found._replace(events=(found.events[0]._replace(custom_data={"deep": deep}), *found.events[1:]))

    result = rendered(renderer(lambda _: Origin(INSTANCE, Deep()), format_=Format.CDEVENTS), "one two")
    assert [message.attributes["subject"] for message in result.messages] == ["two"]
    assert "cannot be written as JSON" in result.errors[0]


def test_a_route_may_write_the_extension_correlation() -> None:
    """`correlationid` is the chain, `causationid` what the event follows; without it neither is written."""
    mapping = find("jenkins/notification")
    jenkins = Origin(INSTANCE, load(mapping, instance=INSTANCE, variables={}))
    body = (mapping.parent / "inputs" / "finished.json").read_text()
    written, plain = (
        rendered(renderer(lambda _: jenkins, format_=Format.CDEVENTS, correlate=correlate), body).messages[0]
        for correlate in (True, False)
    )
    context = orjson.loads(written.data)["context"]
    cause = context["links"][0]["from"]["contextId"]
    assert written.attributes == {**plain.attributes, "correlationid": context["chainId"], "causationid": cause}


@pytest.mark.parametrize(
    ("context", "found"),
    [
        ({}, {}),
        ({"chainId": "c", "links": []}, {"correlationid": "c"}),
        ({"links": [{"linkType": "RELATION", "target": {"contextId": "t"}}]}, {"causationid": "t"}),
        ({"links": [{"linkType": "START"}, {"from": {"contextId": "f"}}]}, {"causationid": "f"}),
    ],
)
def test_what_there_is_not_is_not_written(context: dict[str, Any], found: dict[str, str]) -> None:
    """Neither an empty chain nor a link that leads nowhere."""
    assert correlation({"context": context}) == found

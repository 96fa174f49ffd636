"""Topics and subjects that are made from the attributes of an event."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from adapters.brokers.partition import each
from adapters.model import Encoding, Format, Message, Place
from adapters.settings import full
from adapters.sinks.broker_settings import LEVELS, SHORT, SUBJECT, TOPIC
from adapters.sinks.template import FIELDS, Naming

ATTRIBUTES = {"type": "dev.cdeventsx.a-b.c.0.1.0", "source": "https://a/b?c"}
MESSAGE = Message(Format.CDEVENTS, Encoding.BINARY, ATTRIBUTES, b"")


def checked(naming: Naming, template: str) -> Any:
    """A template as a setting."""
    return full.checked(Annotated[str, naming.template], template)


def test_values_take_the_place_of_names() -> None:
    """The format and CloudEvents attributes; one that an event does not have is `_`."""
    name = TOPIC.name_of("cicd.{format}.{type}.{subject}")
    assert name(MESSAGE) == "cicd.cdevents.dev.cdeventsx.a-b.c.0.1.0._"
    assert name(MESSAGE._replace(format=Format.LEGACY, attributes={"type": "x", "subject": "s"})) == "cicd.legacy.x.s"


@pytest.mark.parametrize("naming", [TOPIC, SUBJECT, SHORT, LEVELS])
def test_what_has_one_key_has_one_partition(naming: Naming) -> None:
    """A number below the one that is written, the same as ever; without a key it is one of them, too."""
    name = naming.name_of(checked(naming, "cicd.{format}.{partition:8}"))
    keys = [MESSAGE._replace(attributes={"partitionkey": f"run {number}/ü"}) for number in range(200)]
    assert {name(each) for each in keys} == {f"cicd.cdevents.{number}" for number in range(8)}
    assert [name(each) for each in keys[:3]] == ["cicd.cdevents.0", "cicd.cdevents.5", "cicd.cdevents.3"]
    assert name(MESSAGE) in each("cicd.cdevents.{partition:8}")


@pytest.mark.parametrize("template", ["a.{partition}", "a.{partition:0}", "a.{partition:x}", "a.{partition:1000}"])
def test_of_how_many_partitions_is_written(template: str) -> None:
    """Or the template is a mistake that says how."""
    with pytest.raises(ValidationError, match=r"a template has \{partition:8\} with how many there are"):
        checked(TOPIC, template)


@pytest.mark.parametrize("naming", [TOPIC, SUBJECT, SHORT, LEVELS])
@given(values=st.lists(st.text(max_size=30), min_size=7, max_size=7))
def test_whatever_an_event_holds_the_name_is_one(naming: Naming, values: list[str]) -> None:
    """No value can add a wildcard, an empty token, or a character that the broker does not take."""
    template = checked(naming, "cicd.{format}.{type}-{source}.{subject}.{id}{partitionkey}.{topic}")
    attributes = dict(zip(FIELDS, values, strict=True))
    message = Message(Format.LEGACY, Encoding.BINARY, attributes, b"", Place(attributes["topic"]))
    assert naming.valid.fullmatch(naming.name_of(template)(message))


@pytest.mark.parametrize(
    ("naming", "name"),
    [(TOPIC, "ci_run.over_"), (SUBJECT, "ci/run.over#"), (SHORT, "ci/run.over#"), (LEVELS, "ci/run.over_")],
)
def test_what_an_export_mapping_says_may_be_all_of_a_name(naming: Naming, name: str) -> None:
    """With the separators of the broker, of which MQTT's would be no part of another value."""
    message = MESSAGE._replace(place=Place("ci/run.over#"))
    assert naming.name_of(checked(naming, "{topic}"))(message) == name
    assert naming.name_of(checked(naming, "{topic}"))(MESSAGE) == "_"


@pytest.mark.parametrize("template", ["cicd", "cicd.{format}.{type}", "{type}"])
@pytest.mark.parametrize("naming", [TOPIC, SUBJECT, SHORT, LEVELS])
def test_a_template_that_can_work_stays_as_it_is(naming: Naming, template: str) -> None:
    """With and without placeholders."""
    assert checked(naming, template) == template


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("cicd.{fromat}", "did you mean 'format'"),
        ("{nothing_like_it}", "there are format, type"),
        ("{type:>10}", "cannot have {type:>10}"),
        ("{type!r}", "cannot have"),
        ("{type.x}", "cannot have"),
        ("{}", "cannot have {}"),
        ("{0}", "cannot have {0}"),
        ("{type", "a placeholder is written {type}"),
        ("type}", "a placeholder is written {type}"),
        ("", "expected a"),
        ("ci cd", "expected a"),
        ("cicd.{{type}}.*", "expected a"),
    ],
)
@pytest.mark.parametrize("naming", [TOPIC, SUBJECT])
def test_a_template_that_cannot_work_is_refused(naming: Naming, template: str, problem: str) -> None:
    """When the configuration is read, with what is wrong in it."""
    with pytest.raises(ValidationError, match=problem):
        checked(naming, template)


@pytest.mark.parametrize("template", ["cicd..{type}", ".cicd", "cicd.", "cicd.>", "cicd.*.{type}", "$SYS.{type}"])
def test_a_subject_has_no_empty_token_and_no_wildcard(template: str) -> None:
    """Nor does it begin as those that the server keeps for itself."""
    with pytest.raises(ValidationError, match="expected a subject"):
        checked(SUBJECT, template)

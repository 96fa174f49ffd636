"""Every type of CDEvents is made by a mapping that is shipped, of one of its examples."""

from __future__ import annotations

import json
import re

import pytest

from adapters.cdevents.vocabulary import EVENTS, name_of
from adapters.goldens import run
from adapters.mapping.library import shipped
from adapters.model import Spec
from tests.checkout import ROOT
from tests.docs.pages import page

SCHEMAS = ROOT.parent / "shared/cdevents-spec/v0.5.1/schemas"


def made() -> set[str]:
    """The types of all events of all examples."""
    return {event.name for mapping in shipped() for golden in run(mapping).goldens for event in golden.events}


RELEASED = {name: event for name, event in EVENTS.items() if Spec.V0_5_1 in event.versions}
"""The types of CDEvents 0.5.1."""


def test_there_are_forty_five() -> None:
    """As many as CDEvents 0.5.1 has."""
    assert len(RELEASED) == 45


def test_every_type_is_made_of_an_example() -> None:
    """By a mapping that comes with the package, of a notification as its tool sends it."""
    assert RELEASED.keys() - made() == set()


def test_every_type_is_in_the_table_of_events() -> None:
    """With its version."""
    shown = dict(
        re.findall(r"^\| `([a-z]+\.[a-z]+)` \| [\d.]* \| [\d.]+ \| ([\d.]+) \|", page("docs/events.md"), re.MULTILINE)
    )
    assert shown == {name: each.versions[Spec.V0_5_1] for name, each in RELEASED.items()}


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason=f"the schemas of the specification are not at {SCHEMAS}")
def test_these_are_the_types_of_the_specification() -> None:
    """Those of which it has a schema, each in the version that is published."""
    schemas = [json.loads(file.read_text(encoding="utf-8")) for file in SCHEMAS.glob("*.json")]
    types = {type_ for each in schemas for type_ in _types(each)}
    assert {each.type(Spec.V0_5_1) for each in RELEASED.values()} == types
    assert {name_of(type_) for type_ in types} == set(RELEASED)


def _types(schema: dict[str, object]) -> list[str]:
    return re.findall(r'"(dev\.cdevents\.[a-z]+\.[a-z]+\.[\d.]+)"', json.dumps(schema))

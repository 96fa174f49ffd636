"""The page of the mapping language shows what the language does, all of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters import yamlfile
from adapters.errors import ConfigError
from adapters.mapping import load, load_export, syntax
from adapters.mapping.closures import Names, pipeline
from adapters.mapping.comparisons import COMPARISONS
from adapters.mapping.compiler import compiled
from adapters.mapping.document import (
    Common,
    Link,
    Lookup,
    MappingFile,
    Reference,
    Rule,
    RuleSplit,
    Subject,
)
from adapters.mapping.export.document import MessageRule
from adapters.mapping.failures import Failure, Unknown, kind
from adapters.mapping.filters import FILTERS, Filter
from adapters.mapping.input_settings import Input, XmlInput
from adapters.mapping.scope import Constant
from adapters.settings import Settings
from tests.docs.pages import blocks, page

MAPPINGS = page("docs/mappings.md")
INSTANCE = "https://jenkins.example.com/"
REST_OF_A_MAPPING = {
    "cdevents": "0.5.1",
    "rules": {
        "any": {
            "emit": "change.created",
            "id": ["key"],
            "timestamp": "${$received_at}",
            "subject": {"id": "${key}", "content": {"repository": {"id": "shop"}}},
        }
    },
}


class Row(NamedTuple):
    """A filter as it is documented: what it takes and gives, and an example."""

    signature: str
    takes: str
    gives: str
    value: str
    call: str
    result: str

    @property
    def filter(self) -> Filter:
        """The filter itself."""
        return FILTERS[self.signature.partition("(")[0]]


def filter_rows() -> list[Row]:
    """The table of filters."""
    rows = re.findall(r"^\| `([^`]+)` \| (.+?) \| (.+?) \| (`.+`) → (`.+`) → (`.+`) \|$", MAPPINGS, re.MULTILINE)
    return [Row(*(cell.strip("`") for cell in row)) for row in rows]


def refusals() -> list[list[str]]:
    """What filters are shown to refuse: a value, the call, and what the failure says."""
    rows = re.findall(r"^\| (`.+`) → (`.+`) \| (.+) \|$", MAPPINGS, re.MULTILINE)
    return [[cell.strip("`") for cell in row] for row in rows]


def filtered(value: Any, call: str) -> Any:
    """What a filter makes of a value."""
    names = Names({"branches": Constant(["main"]), "more": Constant({"b": 2})}, {})
    return pipeline(syntax.expression(f"value | {call}"), names)({"value": value})


def test_every_filter_is_documented_as_it_is_called() -> None:
    """The table of filters has every filter, in order, with its signature."""
    assert [row.signature for row in filter_rows()] == [FILTERS[name].signature for name in sorted(FILTERS)]


@pytest.mark.parametrize("row", filter_rows())
def test_a_filter_does_what_its_example_shows(row: Row) -> None:
    """The value of each example, through the filter, is its result."""
    assert row.filter.name == row.call.partition("(")[0]
    assert row.gives.endswith((".", ")"))
    assert filtered(json.loads(row.value), row.call) == json.loads(row.result)


@pytest.mark.parametrize("row", filter_rows())
def test_a_filter_takes_what_it_is_said_to(row: Row) -> None:
    """And nothing of another kind."""
    accepts = row.filter.accepts
    assert row.takes == (" or ".join(dict.fromkeys(map(kind, accepts))) or "anything")
    for value in ("text", 7, True, [1], {"a": 1}):
        if accepts and type(value) not in accepts:
            with pytest.raises(Failure, match=f"{row.filter.name} takes {row.takes}, found "):
                filtered(value, row.call)


@pytest.mark.parametrize(("value", "call", "message"), refusals())
def test_a_filter_refuses_what_it_is_said_to(value: str, call: str, message: str) -> None:
    """In the words of the page, but for those of a library; what no value mends, when the mapping loads."""
    with pytest.raises((Failure, Unknown)) as failure:
        filtered(json.loads(value), call)
    words, dots, _ = message.partition("...")
    said = str(failure.value)
    assert said.startswith(words) if message.endswith(": ...") and dots else said == message


_NUMBERS = st.integers(-(1 << 63), (1 << 64) - 1)
_VALUES = {
    str: st.text(),
    int: _NUMBERS,
    float: st.floats(allow_nan=False, allow_infinity=False),
    bool: st.booleans(),
    list: st.lists(st.text() | _NUMBERS),
    dict: st.dictionaries(st.text(), st.text() | _NUMBERS),
}
"""What JSON can have of each kind."""


@pytest.mark.parametrize("row", [row for row in filter_rows() if row.filter.accepts])
@settings(deadline=None)
@given(st.data())
def test_no_filter_refuses_more_than_it_is_said_to(row: Row, data: st.DataObject) -> None:
    """One that is not in the table of refusals takes every value of its kinds, with the arguments of its example."""
    value = data.draw(st.one_of([_VALUES[each] for each in row.filter.accepts]))
    try:
        filtered(value, row.call)
    except Failure:
        assert row.filter.name in {call.partition("(")[0] for _, call, _ in refusals()}


@pytest.mark.parametrize(
    "model", [MappingFile, Lookup, Common, Rule, Subject, Reference, Link, RuleSplit, Input, XmlInput, MessageRule]
)
def test_every_key_of_a_mapping_is_documented(model: type[Settings]) -> None:
    """The page names it, in a table, a sentence or an example."""
    keys = {field.alias or name for name, field in model.model_fields.items()}
    named = set(re.findall(r"`(\w+)(?:: \w+)?`", MAPPINGS)) | set(
        re.findall(r"(\w+):", "".join(blocks(MAPPINGS, "yaml")))
    )
    assert keys <= named


FILES = {found[1]: text for text in blocks(MAPPINGS, "yaml") if (found := re.match(r"# (\S+\.yaml)\n", text))}
"""What the page shows as files of a path, which belong together."""
PIECES = [text for text in blocks(MAPPINGS, "yaml") if text not in FILES.values()]


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The mappings among these files, which are in the working directory."""
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)
    return [Path(name) for name in FILES if name.endswith("/mapping.yaml")]


def test_the_exports_of_the_page_load(shown: list[Path]) -> None:
    """As they stand."""
    del shown
    exports = [Path(name) for name in FILES if name.endswith("/export.yaml")]
    assert [load_export(path, variables={}).path for path in exports] == exports


def test_the_files_of_the_page_load_together(shown: list[Path]) -> None:
    """They find each other."""
    assert [load(path, instance=INSTANCE, variables={}).path for path in shown] == shown


def test_what_nobody_defines_is_told_as_the_page_says(shown: list[Path]) -> None:
    """Without the name that the mapping is to define."""
    shown[0].write_text(shown[0].read_text().replace("rollout: ${data.rollout}", "other: ${data.rollout}"))
    with pytest.raises(ConfigError) as caught:
        load(shown[0], instance=INSTANCE, variables={})
    assert f"    {caught.value.problems[0]}" in MAPPINGS.splitlines()


@pytest.mark.parametrize("snippet", [*PIECES, *blocks(page("README.md"), "yaml")[1:]])
def test_every_piece_of_a_mapping_loads(snippet: str) -> None:
    """A whole mapping loads as it stands, the keys of a piece in the least mapping there is."""
    pieces = yamlfile.parse(snippet, "snippet").data
    text = snippet if "cdevents" in pieces else yaml.safe_dump({**REST_OF_A_MAPPING, **pieces})
    translator = compiled(yamlfile.parse(text, "snippet"), "snippet", Path("snippet"), INSTANCE, {})
    assert translator.instance == INSTANCE


def test_every_comparison_is_documented() -> None:
    """In their table, by their names."""
    table = MAPPINGS.partition("| comparison |")[2].partition("\n\n")[0]
    named = re.findall(r"\w+", " ".join(re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)))
    assert set(named) == {*COMPARISONS, "exists", "not", "some"}

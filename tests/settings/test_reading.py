"""Settings are read without pydantic where they are plainly right: to the same, and nothing that it refuses."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from random import Random
from typing import Annotated, Any

import pydantic
import pytest
from pydantic import ValidationError

from adapters import yamlfile
from adapters.config import Config
from adapters.mapping.document import MappingFile, SharedFile
from adapters.mapping.export.document import ExportFile
from adapters.settings import Field, Only, SecretStr, Settings, model_validator
from adapters.settings.full import full_model, light_value
from tests.checkout import ROOT

MODELS: dict[str, tuple[str, type[Settings]]] = {
    "mappings": ("mappings/*/*/mapping.yaml", MappingFile),
    "exports": ("mappings/*/*/export.yaml", ExportFile),
    "shared": ("mappings/shared/**/*.yaml", SharedFile),
    "configurations": ("config/*.yaml", Config),
}
FILES = {
    str(file.relative_to(ROOT)): (file, model)
    for pattern, model in MODELS.values()
    for file in sorted(ROOT.glob(pattern))
    if file.name != "compose.yaml"
}
TEXTS = (
    "",
    "x",
    "0",
    "1",
    "-1",
    "007",
    "1.0",
    "0.5",
    "-0.5",
    "1e3",
    "1_0",
    " 1",
    "٣",
    "true",
    "null",
    "a\n",
    "abc",
    "abcd",
    "aB",
    "\ud800",
    "é",
)
NUMBERS = (0, 1, -1, 9, 10, 10**30, 10**400, 2.0**53, 1e300, 0.0, 0.5, 1.0, 1.5, float("nan"))
ODD: tuple[Any, ...] = (*TEXTS, *NUMBERS, True, False, None, [], ["x"], [[]], {}, {"x": 1}, {"id": "x"})
MUTANTS = 12


def outcome(model: type[Settings], data: Any) -> str | None:
    """What pydantic makes, None where it refuses; with the types of all in it, for 1 is equal to True."""
    try:
        found = light_value(full_model(model).model_validate(data))
    except ValidationError:
        return None
    return f"{found!r} {told(found)}"


def told(value: Any) -> Any:
    """Which fields somebody said, in all that is in it."""
    if isinstance(value, Settings):
        return sorted(value.model_fields_set), [told(each) for _, each in value]
    if isinstance(value, dict):
        return [told(each) for each in value.values()]
    return [told(each) for each in value] if isinstance(value, list | tuple) else None


def read(model: type[Settings], data: Any) -> str | None:
    """The same of what is read without it."""
    try:
        found = model.model_read(data, None)
    except ValueError:
        return None
    return f"{found!r} {told(found)}"


def places(data: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a document."""
    yield at
    members = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, each in members:
        yield from places(each, (*at, key))


def mutant(data: Any, random: Random) -> Any:
    """A document in which one value is another, is missing, or has one beside it."""
    *around, last = random.choice([at for at in places(data) if at])
    changed = node = copy.deepcopy(data)
    for step in around:
        node = node[step]
    match random.randrange(4):
        case 0:
            del node[last]
        case 1 if isinstance(node, dict):
            node["x"] = random.choice(ODD)
        case _:
            node[last] = copy.deepcopy(random.choice(ODD))
    return changed


@pytest.mark.parametrize("name", FILES)
def test_what_is_shipped_is_read_to_the_same(name: str) -> None:
    """Each mapping without pydantic; and what it refuses of files that are changed somewhere, is refused."""
    file, model = FILES[name]
    data, random = yamlfile.load(file).data, Random(name)
    assert read(model, data) == outcome(model, data)
    if model is not Config:
        assert read(model, data) is not None
    for changed in (mutant(data, random) for _ in range(MUTANTS)):
        if (found := read(model, changed)) is not None:
            assert found == outcome(model, changed), changed


class Bounded(Settings):
    """Of everything that bounds a value."""

    at_least: Annotated[int, Field(ge=1, le=9)] = 1
    more: Annotated[float, Field(gt=0, lt=1)] = 0.5
    text: Annotated[str, Field(min_length=1, max_length=3, pattern=r"^[a-z]+$")] = "a"
    either: str | int | float | bool | list[Any] | dict[str, Any] | None = None
    several: Annotated[tuple[str, ...], Field(min_length=1)] = ("a",)
    called: Annotated[bool, Field(alias="as")] = False


@pytest.mark.parametrize("field", [part.alias or name for name, part in Bounded.model_fields.items()])
@pytest.mark.parametrize("value", [*ODD, ["a", "b"], ("a",), b"a"])
def test_each_bound_is_that_of_pydantic(field: str, value: Any) -> None:
    """On both of its sides."""
    if (found := read(Bounded, {field: value})) is not None:
        assert found == outcome(Bounded, {field: value})


def test_what_a_variable_of_the_environment_says_is_a_number_too() -> None:
    """It is text; and the size `1.5MiB` is a number of bytes."""
    assert Bounded.model_read({"at_least": "7", "more": "0.25", "as": "true"}, None).model_dump() == {
        **dict(Bounded()),
        "at_least": 7,
        "more": 0.25,
        "called": True,
    }
    assert Bounded.model_read({"at_least": 7.0}, None).at_least == 7


class Hidden(Settings):
    """Of what is not shown."""

    secret: Annotated[SecretStr, Field(min_length=1)]


@pytest.mark.parametrize("value", ODD)
def test_a_secret_is_read_to_the_same(value: Any) -> None:
    """What is no text is none of them either."""
    if (found := read(Hidden, {"secret": value})) is not None:
        assert found == outcome(Hidden, {"secret": value})


def test_what_is_no_number_of_a_computer_is_left_to_pydantic() -> None:
    """Which tells that in its place: to make a float of it raises what is no ValueError."""
    with pytest.raises(ValidationError, match="more"):
        Bounded(more=10**400)


def test_a_text_ends_where_it_ends() -> None:
    """A line feed behind it is a part of it: Python's `$` would let it through."""
    assert read(Bounded, {"text": "a\n"}) is None
    assert read(Bounded, {"text": "a"}) is not None


def test_a_marker_of_pydantic_itself_is_no_marker_here() -> None:
    """It would be left out of what is read: who writes a model is told."""
    with pytest.raises(TypeError, match="marker from"):

        class _Wrong(Settings):
            @pydantic.model_validator(mode="after")
            def _checked(self) -> Any:
                return self

    class _Right(Settings):
        word: Annotated[str, Only("Tag", "a")] = ""

        @model_validator(mode="after")
        def _checked(self) -> Any:
            if self.word == "no":
                raise ValueError("not this one")
            return self

    assert _Right(word="yes").word == "yes"
    with pytest.raises(ValidationError, match="not this one"):
        _Right(word="no")


def test_what_is_frozen_copied_and_kept_elsewhere_is_the_same() -> None:
    """A copy differs in what it is told; what was pickled, as for the processes of a replay, is equal."""
    first = Bounded(at_least=2)
    assert first.model_copy(update={"at_least": 3}).at_least == 3
    assert pickle.loads(pickle.dumps(first)) == first
    assert first.model_fields_set == {"at_least"}
    assert first.model_dump() == {**dict(Bounded()), "at_least": 2}
    with pytest.raises(AttributeError, match="frozen"):
        first.at_least = 4

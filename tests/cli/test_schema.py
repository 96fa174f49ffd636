"""`schema`, and the schemas that editors read from `config/schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from adapters import mapping, yamlfile
from adapters.errors import ConfigError
from adapters.mapping import library
from tests import example
from tests.checkout import ROOT
from tests.cli.support import invoke

FILES = {"mapping": ROOT / "config/schema/mapping.schema.json", "config": ROOT / "config/schema/config.schema.json"}


@pytest.mark.parametrize("of", FILES)
def test_the_files_for_editors_are_what_the_command_prints(of: str) -> None:
    """To write them anew: cdevents-adapters schema NAME > config/schema/NAME.schema.json."""
    assert FILES[of].read_bytes() == invoke("schema", of).stdout_bytes


def test_there_are_only_two() -> None:
    """Anything else is a usage error."""
    assert invoke("schema", "route").exit_code == 2


def accepts(data: Any) -> bool:
    """Whether an editor has nothing to say about a mapping."""
    return jsonschema_rs.validator_for(orjson.loads(FILES["mapping"].read_bytes())).is_valid(data)


def shipped(name: str) -> Any:
    """What is in a shipped mapping."""
    return yamlfile.load(library.find(name)).data


@pytest.mark.parametrize("name", library.shipped())
def test_shipped_mappings_pass_in_an_editor(name: str) -> None:
    """What loads has no red lines."""
    assert accepts(shipped(name))


@pytest.mark.parametrize("name", sorted({file.stem for file in (ROOT / "config").glob("*.yaml")} - {"compose"}))
def test_shipped_configurations_pass_in_an_editor(name: str) -> None:
    """What loads has no red lines."""
    schema = jsonschema_rs.validator_for(orjson.loads(FILES["config"].read_bytes()))
    assert schema.is_valid(yamlfile.load(ROOT / "config" / f"{name}.yaml").data)


@pytest.mark.parametrize(
    ("content", "accepted"),
    [
        ({"outcome": "success"}, True),
        ({"outcome": "${result}"}, True),
        ({"outcome?": "${result}"}, True),
        ({"outcome": "SUCCESS"}, False),
        ({"outcom": "success"}, False),
        ({}, True),
    ],
)
def test_content_is_completed_by_the_event(tmp_path: Path, content: dict[str, str], accepted: bool) -> None:
    """An editor knows the fields and values of the event that a rule emits, as the compiler does."""
    file = example.mapping(tmp_path) / "mapping.yaml"
    data = yamlfile.load(file).data
    data["rules"]["run-finished"]["subject"]["content"] = content
    assert accepts(data) is accepted
    file.write_bytes(orjson.dumps(data))
    assert loads(file) is accepted


@pytest.mark.parametrize("key", ["uri?", "name"])
def test_required_content_is_required(tmp_path: Path, key: str) -> None:
    """pipelinerun.started needs its uri: not with a question mark, and not under another name."""
    data = yamlfile.load(example.mapping(tmp_path) / "mapping.yaml").data
    data["rules"]["run-started"]["subject"]["content"] = {"pipelineName": "app", key: "${uri}"}
    assert not accepts(data)


def loads(file: Path) -> bool:
    """Whether the compiler has nothing to say about a mapping."""
    try:
        mapping.load(file, instance="https://ci.example.com/", variables={})
    except ConfigError:
        return False
    return True

"""`schema`, and the schemas that editors read from `config/schema`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest
import yaml

from adapters import config, mapping, yamlfile
from adapters.errors import ConfigError
from adapters.mapping import library
from tests import example
from tests.checkout import ROOT
from tests.cli.support import invoke

FILES = {of: ROOT / f"config/schema/{of}.schema.json" for of in ("mapping", "shared", "export", "config")}


@pytest.mark.parametrize("of", FILES)
def test_the_files_for_editors_are_what_the_command_prints(of: str) -> None:
    """To write them anew: cdevents-adapters schema NAME > config/schema/NAME.schema.json."""
    assert FILES[of].read_bytes() == invoke("schema", of).stdout_bytes


def test_there_are_no_others() -> None:
    """Anything else is a usage error."""
    assert invoke("schema", "route").exit_code == 2


def accepts(data: Any, of: str = "mapping") -> bool:
    """Whether an editor has nothing to say about a mapping, or a file of another kind."""
    return jsonschema_rs.validator_for(orjson.loads(FILES[of].read_bytes())).is_valid(data)


def shipped(name: str) -> Any:
    """What is in a shipped mapping."""
    return yamlfile.load(library.find(name)).data


@pytest.mark.parametrize("name", library.shipped())
def test_shipped_mappings_pass_in_an_editor(name: str) -> None:
    """What loads has no red lines."""
    assert accepts(shipped(name))


@pytest.mark.parametrize("name", library.shipped(library.EXPORT))
def test_shipped_exports_pass_in_an_editor(name: str) -> None:
    """As what they are: no mapping of a source."""
    data = yamlfile.load(library.either(name)).data
    assert accepts(data, "export")
    assert not accepts(data)


@pytest.mark.parametrize("file", sorted((ROOT / "mappings/shared").glob("*.yaml")), ids=lambda file: file.name)
def test_what_shipped_mappings_include_passes_in_an_editor(file: Path) -> None:
    """It is checked as what it is, and is no mapping."""
    data = yamlfile.load(file).data
    assert accepts(data, "shared")
    assert not accepts(data)


@pytest.mark.parametrize("name", sorted({file.stem for file in (ROOT / "config").glob("*.yaml")} - {"compose"}))
def test_shipped_configurations_pass_in_an_editor(name: str) -> None:
    """What loads has no red lines."""
    assert configures(yamlfile.load(ROOT / "config" / f"{name}.yaml").data)


def configures(data: Any) -> bool:
    """Whether an editor has nothing to say about a configuration."""
    return jsonschema_rs.validator_for(orjson.loads(FILES["config"].read_bytes())).is_valid(data)


OUTSIDE = """
log: {{level: "{level}"}}
sources:
  events: {{type: rabbitmq, host: rabbitmq, port: "{port}", queue: q, instance: https://x/, registry: {{url: "{url}"}}}}
sinks:
  out: {{type: file, path: events.jsonl, fsync: "{fsync}"}}
"""
RIGHT = {"level": "debug", "port": "5672", "url": "https://registry.example.com", "fsync": "false"}


def test_any_value_may_come_from_outside(tmp_path: Path) -> None:
    """A number, a choice, a URL or a yes from the environment is right in an editor, as it is when it loads."""
    (file := tmp_path / "config.yaml").write_text(OUTSIDE.format(**{name: f"${{env:{name}}}" for name in RIGHT}))
    assert configures(yamlfile.load(file).data)
    assert config.load(file, RIGHT).model_dump()["sources"]["events"]["port"] == 5672


@pytest.mark.parametrize("name", RIGHT)
def test_a_wrong_value_is_wrong_in_an_editor(tmp_path: Path, name: str) -> None:
    """What does not come from outside is checked as ever."""
    (file := tmp_path / "config.yaml").write_text(OUTSIDE.format(**{**RIGHT, name: "wrong value"}))
    assert not configures(yamlfile.load(file).data)
    with pytest.raises(ConfigError):
        config.load(file, {})


@pytest.mark.parametrize(("given", "right"), [("instance: https://x/", True), ("cdevents: true", True), ("", False)])
def test_a_source_is_of_a_tool_or_of_cdevents(given: str, right: bool) -> None:
    """An editor wants one of the two."""
    source = {"type": "webhook", "path": "/x", **yaml.safe_load(given or "{}")}
    assert configures({"sources": {"x": source}}) is right


@pytest.mark.parametrize(
    ("content", "accepted"),
    [
        ({"outcome": "success"}, True),
        ({"outcome": "${result}"}, True),
        ({"outcome?": "${result}"}, True),
        ({"outcome": "SUCCESS"}, False),
        ({"outcom": "success"}, False),
        ({}, True),
        ({"outcome": {"$if": {"a": 1}, "then": "success", "else": "${result}"}}, True),
        ({"$if": {"a": 1}, "then": {"outcome": "success"}}, True),
        ({"$merge": [{"outcome": "success"}, {"$optional": {"uri": "${uri}"}}]}, True),
        ({"outcome": {"$each": "a", "as": "b", "value": "success"}}, False),
        ({"${name}": "success"}, False),
    ],
)
def test_content_is_completed_by_the_event(tmp_path: Path, content: dict[str, Any], accepted: bool) -> None:
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


@pytest.mark.parametrize(
    ("value", "accepted"),
    [
        ({"$if": {"a": 1}, "then": "x", "else": ["${b}", {"$optional": "${c}"}]}, True),
        ({"$each": "jobs", "as": "job", "when": {"job.a": 1}, "value": {"$optional": "${job}"}}, True),
        ({"$merge": [{"a": 1}, "${b}", {"$optional": "${c}"}]}, True),
        ({"${name}": {"deep": {"$if": {"a": 1}, "then": 1}}, "$$ref": 1}, True),
        ({"$if": {"a": 1}}, False),
        ({"$if": {"a": 1}, "than": 1}, False),
        ({"$iff": {"a": 1}, "then": 1}, False),
        ({"$each": "jobs", "value": 1}, False),
        ([{"deep": {"$merge": []}}], False),
        ({"a": {"$optional": 1}}, False),
    ],
)
def test_structured_values_are_checked_in_an_editor(tmp_path: Path, value: Any, accepted: bool) -> None:
    """In `let` and in custom data, at any depth, as the compiler does."""
    file = example.mapping(tmp_path) / "mapping.yaml"
    plain = yamlfile.load(file).data
    for data in ({**plain, "let": {"made": value}}, {**plain, "defaults": {"custom_data": {"made": value}}}):
        data["defaults"] = {**plain["defaults"], **data["defaults"]}
        assert accepts(data) is accepted
        file.write_bytes(orjson.dumps(data))
        assert loads(file) is accepted


def test_custom_events_have_a_file_each(tmp_path: Path) -> None:
    """Of the mappings that are named, or of all shipped ones; without a folder they are printed."""
    folder = tmp_path / "schemas"
    words = ["schema", "events", "harbor/webhook", "--at", "https://ci.example.com/s"]
    printed = orjson.loads(invoke(*words).stdout)
    result = invoke(*words, "--write", folder)
    assert result.stdout == f"wrote {len(printed)} schemas to {folder}\n"
    assert {file.name: orjson.loads(file.read_bytes()) for file in folder.iterdir()} == {
        f"{type_}.json": each for type_, each in printed.items()
    }
    assert printed["dev.cdeventsx.harbor-quota.exceeded.0.1.0"]["$id"].startswith("https://ci.example.com/s/dev.")
    assert len(orjson.loads(invoke("schema", "events").stdout)) > len(printed)
    assert invoke("schema", "mapping", "harbor/webhook").exit_code == 2

"""Another process is told what it has to know: no less, and nothing that is secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.aside import planned
from adapters.aside.plan import Loaded, generation, read
from adapters.child.frames import HEAD, framed, value
from adapters.config import Config
from adapters.translators import Exporters, Translators
from tests.aside import support
from tests.aside.support import NEW, OLD
from tests.test_config_files import READY, loaded

SECRET = "correct-horse-battery-staple"
OUT = {"type": "file", "path": "out.jsonl"}
HOOK = {"type": "webhook", "path": "/hook", "instance": "http://tool/", "mapping": "jenkins/notification"}
LEGACY = {
    "format": "legacy",
    "sink": "out",
    "sources": ["tool"],
    "relay": True,
    "key": "${build.full_url}",
    "when": {"build.phase": {"in": ["FINALIZED", "STARTED"]}},
}
CDEVENTS = {"format": "cdevents", "sink": "out", "spec": "0.4.1", "types": ["pipelinerun.*"], "encoding": "binary"}


@pytest.mark.parametrize("name", READY)
def test_a_plan_arrives_as_it_is(name: str) -> None:
    """Of each ready configuration."""
    plan = planned(loaded(name))
    assert read(plan.written()) == plan


def test_what_a_route_may_say_arrives_too() -> None:
    """Word by word and to the last digit; what sinks and sources are let in with stays here."""
    auth = {"bearer": SECRET}
    config = Config.model_validate(
        {
            "sources": {"tool": HOOK | {"auth": auth, "variables": {"whole": 2**80, "all": float("inf")}}},
            "sinks": {"out": OUT, "in": {"type": "http", "url": "https://x.example.com/", "auth": auth}},
            "routes": {"legacy": LEGACY, "cdevents": CDEVENTS},
        }
    )
    frame = framed(planned(config).written())
    assert read(value(frame[HEAD.size :])) == planned(config)
    assert SECRET.encode() not in frame


@pytest.mark.parametrize("name", ["jenkins", "exports"])
def test_what_is_loaded_of_it_is_made_of_the_same_files(name: str) -> None:
    """Each of them, as it was when it was read: mappings, what they include, and exports."""
    config = loaded(name)
    ours = generation(Translators(config.sources), Exporters(config.routes, config.problem))
    assert Loaded(read(planned(config).written())).generation == ours
    assert any(ours.values())


def test_what_changes_while_it_is_loaded_is_of_no_generation(tmp_path: Path) -> None:
    """Half of it may be old, and half of it new."""
    found = Loaded(planned(support.config(tmp_path)))
    assert found.generation
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(mapping.read_text().replace(OLD, NEW))
    assert found.generation is None

"""What a configuration may say of a standby."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from adapters import config
from adapters.errors import ConfigError
from adapters.sources import SOURCES

LOCK = {"url": "postgresql://ci@db.example.com/delivery"}
LEASE = {"lease": "cdevents-jenkins", "namespace": "ci"}
JENKINS = {"type": "jenkins-api", "instance": "https://j.example.com/", "mapping": "jenkins/build"}
WEBHOOK = {"type": "webhook", "path": "/j", "instance": "https://j.example.com/", "mapping": "jenkins/notification"}
LOGS = {"type": "tail", "paths": ["/var/log/x"], "instance": "https://j.example.com/"}


def read(folder: Path, standby: object, **sources: object) -> config.Config:
    """A configuration with these sources."""
    file = folder / "config.yaml"
    file.write_bytes(orjson.dumps({"standby": standby, "sources": sources}))
    return config.load(file, {})


def refused(folder: Path, standby: object, **sources: object) -> str:
    """Why there is none."""
    with pytest.raises(ConfigError) as error:
        read(folder, standby, **sources)
    return str(error.value)


def test_sources_that_ask_a_tool_are_of_one(tmp_path: Path) -> None:
    """Unless told; webhooks, consumers of brokers and files of one machine are of each."""
    single = {name for name, each in SOURCES.items() if each.settings.model_construct().single}
    assert single == {
        "gerrit-api",
        "gerrit-stream",
        "github-deliveries",
        "jenkins-api",
        "jenkins-home",
        "kubernetes",
        "objects",
        "poll",
    }
    found = read(tmp_path, {"postgresql": LOCK}, jenkins=JENKINS, hook=WEBHOOK, logs=LOGS)
    assert found.shared() == ("jenkins",)


def test_others_can_be_named(tmp_path: Path) -> None:
    """Such as files that two machines share."""
    assert read(tmp_path, {"kubernetes": LEASE, "sources": ["logs"]}, jenkins=JENKINS, logs=LOGS).shared() == ("logs",)


def test_without_it_each_hears_all(tmp_path: Path) -> None:
    """As ever."""
    assert read(tmp_path, None, jenkins=JENKINS).shared() == ()


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    """With what to write."""
    assert "no source 'jenkin'" in refused(tmp_path, {"postgresql": LOCK, "sources": ["jenkin"]}, jenkins=JENKINS)
    assert "a webhook is told" in refused(tmp_path, {"postgresql": LOCK, "sources": ["hook"]}, hook=WEBHOOK)
    assert "no source of which only one" in refused(tmp_path, {"postgresql": LOCK}, hook=WEBHOOK)
    assert "either 'kubernetes' or 'postgresql'" in refused(tmp_path, {}, jenkins=JENKINS)
    assert "either" in refused(tmp_path, {"postgresql": LOCK, "kubernetes": LEASE}, jenkins=JENKINS)
    assert "without a password" in refused(tmp_path, {"postgresql": {"url": "postgresql://a:b@c/d"}}, jenkins=JENKINS)

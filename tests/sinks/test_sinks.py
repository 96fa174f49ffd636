"""The table of sinks."""

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from adapters.errors import ConfigError
from adapters.sinks import SINKS, SinkSettings


@pytest.mark.parametrize("word", SINKS)
def test_a_sink_is_found_under_the_word_of_its_settings(word: str) -> None:
    """The table's word is the one that the settings' `type` takes, and no other."""
    settings = SINKS[word].settings
    assert issubclass(settings, SinkSettings)
    assert get_args(settings.model_fields["type"].annotation) == (word,)


def test_the_table_needs_no_broker_client() -> None:
    """Importing the sinks imports none of the clients that are extras."""
    clients = {"confluent_kafka", "nats", "aio_pika", "aiomqtt", "paho"}
    code = f"import sys, adapters.sinks; sys.exit(bool({clients!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("word", "settings"),
    [
        ("kafka", {"brokers": ["kafka:9092"], "topic": "cicd"}),
        ("nats", {"servers": ["nats:4222"], "subject": "cicd"}),
        ("rabbitmq", {"host": "rabbitmq", "exchange": "cicd"}),
        ("mqtt", {"host": "mqtt", "topic": "cicd"}),
    ],
)
def test_a_client_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, word: str, settings: dict[str, object]
) -> None:
    """With the command that installs it."""
    monkeypatch.setattr("adapters.extras.find_spec", lambda _: None)
    kind = SINKS[word]
    with pytest.raises(ConfigError, match=rf"pip install 'cdevents-adapters\[{word}\]'"):
        kind.build(kind.settings.model_validate({"type": word, **settings}))

from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

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

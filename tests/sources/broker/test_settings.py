"""What a configuration of a broker source may say."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.sources import SOURCES
from tests.sources.broker.support import INSTANCE, SOURCE_TYPES

LEAST: dict[str, dict[str, Any]] = {
    "kafka": {"brokers": ["kafka-1.example.com:9092", "[::1]:9092"], "topics": ["gerrit", "^registry-.*"]},
    "mqtt": {"host": "mqtt.example.com", "topics": ["ci/#"]},
    "nats": {"servers": ["nats.example.com:4222"], "stream": "zot"},
    "rabbitmq": {"host": "rabbitmq.example.com", "queue": "gerrit"},
}


def settings(type_: str, **more: Any) -> Any:
    """The settings of a source that says no more than it must, and this."""
    given = {"type": type_, "instance": INSTANCE, **LEAST[type_], **more}
    return SOURCES[type_].settings.model_validate(given)


@pytest.mark.parametrize("type_", LEAST)
def test_little_has_to_be_said(type_: str) -> None:
    """The rest has defaults, and the table of sources knows them all."""
    assert type(settings(type_)) is SOURCE_TYPES[type_][0]


@pytest.mark.parametrize(
    ("type_", "given", "problem"),
    [
        ("kafka", {"properties": {"enable.auto.commit": "true"}}, "'enable.auto.commit' is the source's own"),
        ("kafka", {"properties": {"group.id": "g"}}, "'group.id' is the source's own"),
        ("kafka", {"brokers": ["kafka://kafka:9092"]}, "expected host:port"),
        ("kafka", {"brokers": []}, "at least 1 item"),
        ("kafka", {"topics": []}, "at least 1 item"),
        ("kafka", {"auth": {"mechanism": "GSSAPI", "username": "u", "password": "p"}}, "'SCRAM-SHA-512'"),
        ("nats", {"stream": "a.b"}, "expected a name without"),
        ("nats", {"auth": {"username": "u"}}, "'username' and 'password' go together"),
        ("nats", {"auth": {}}, "expected one of username with password, token, and credentials"),
        ("nats", {"batch": 1}, "greater than 1"),
        ("nats", {"ordered": True}, "'ordered' needs 'ack: delivered'"),
        (
            "rabbitmq",
            {"bindings": [{"exchange": "a", "exchange_type": "x-consistent-hash"}]},
            "'routing_key' is its weight: write '1'",
        ),
        ("mqtt", {"group": "a/b"}, "expected a name without"),
        ("mqtt", {"session": "0s"}, "greater than or equal to 1"),
        ("rabbitmq", {"queue": ""}, "at least 1 character"),
        ("rabbitmq", {"port": 70000}, "less than 65536"),
        ("rabbitmq", {"prefetch": 7}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_is_refused(type_: str, given: dict[str, Any], problem: str) -> None:
    """With the reason, when the configuration is read."""
    with pytest.raises(ValidationError, match=problem):
        settings(type_, **given)


@pytest.mark.parametrize("type_", LEAST)
def test_a_password_is_never_shown(type_: str) -> None:
    """Not even where all settings are."""
    auth = {"username": "ci", "password": "s3cr3t"} | ({"mechanism": "PLAIN"} if type_ == "kafka" else {})
    assert "s3cr3t" not in repr(settings(type_, auth=auth))

"""Kafka, by librdkafka (confluent-kafka)."""

from __future__ import annotations

import logging
from typing import Any

from adapters.brokers.connection import KafkaConnection, KafkaLogin
from adapters.logs import Seldom
from adapters.tls import Tls

Properties = dict[str, Any]

_log = logging.getLogger("confluent_kafka")


class ClientLog:
    """What librdkafka says by itself: of each kind once a minute, for it looks for a lost broker all the time."""

    def __init__(self) -> None:
        self._seldom = Seldom()

    def log(self, level: int, text: str, kind: str, *more: str) -> None:
        """As a logger of the standard library, in the way that a client calls one."""
        if self._seldom.allows(kind):
            _log.log(level, text, kind, *more)


def properties(connection: KafkaConnection) -> Properties:
    """What every client of a cluster is made with, in the words of librdkafka's CONFIGURATION.md."""
    milliseconds = round(connection.timeout * 1000)
    return {
        "logger": ClientLog(),
        "client.id": "cdevents-adapters",
        "socket.timeout.ms": milliseconds,
        "socket.connection.setup.timeout.ms": milliseconds,
        **connection.properties,
        "bootstrap.servers": ",".join(connection.brokers),
        "security.protocol": ("SASL_" if connection.auth else "") + ("SSL" if connection.tls else "PLAINTEXT"),
        **(_tls(connection.tls) if connection.tls else {}),
        **(_sasl(connection.auth) if connection.auth else {}),
    }


def _tls(tls: Tls) -> Properties:
    files = {
        "ssl.ca.location": tls.ca,
        "ssl.certificate.location": tls.certificate,
        "ssl.key.location": tls.key or tls.certificate,
    }
    return {
        **{name: str(file) for name, file in files.items() if file},
        "enable.ssl.certificate.verification": tls.verify,
    }


def _sasl(login: KafkaLogin) -> Properties:
    return {
        "sasl.mechanism": login.mechanism,
        "sasl.username": login.username,
        "sasl.password": login.password.get_secret_value(),
    }

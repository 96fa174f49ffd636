"""Kafka, by librdkafka (confluent-kafka)."""

from __future__ import annotations

from adapters.brokers.connection import KafkaConnection, KafkaLogin
from adapters.tls import Tls

Properties = dict[str, str | bool]


def properties(connection: KafkaConnection) -> Properties:
    """What every client of a cluster is made with, in the words of librdkafka's CONFIGURATION.md."""
    return {
        "client.id": "cdevents-adapters",
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

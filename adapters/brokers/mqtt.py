"""MQTT 5, by aiomqtt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.brokers.connection import MqttConnection
from adapters.tls import context

if TYPE_CHECKING:
    from aiomqtt import Client


def client(connection: MqttConnection, **more: Any) -> Client:
    """A client that connects when it is entered; `more` are keyword arguments of `aiomqtt.Client`.

    Raises OSError where a file of TLS cannot be used; all that the client raises is `aiomqtt.MqttError`.
    """
    import aiomqtt  # noqa: PLC0415 - only who uses this broker needs it

    auth = connection.auth
    return aiomqtt.Client(
        connection.host,
        connection.port or (8883 if connection.tls else 1883),
        protocol=aiomqtt.ProtocolVersion.V5,
        username=auth.username if auth else None,
        password=auth.password.get_secret_value() if auth else None,
        tls_context=context(connection.tls) if connection.tls else None,
        timeout=connection.timeout,
        **more,
    )

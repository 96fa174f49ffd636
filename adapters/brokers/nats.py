"""NATS, by nats-py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.brokers.closing import closed
from adapters.brokers.connection import NatsAuth, NatsConnection
from adapters.tls import context

if TYPE_CHECKING:
    from nats.aio.client import Client


async def connect(connection: NatsConnection, **more: Any) -> Client:
    """A client that is connected; `more` are keyword arguments of `nats.connect`.

    Raises OSError or `nats.errors.Error` when no server lets it in.
    """
    from nats.aio.client import Client  # noqa: PLC0415 - only who uses this broker needs it

    client = Client()
    try:
        await client.connect(**_options(connection), **more)
    except BaseException:
        await closed(client.close())
        raise
    return client


def _options(connection: NatsConnection) -> dict[str, Any]:
    return {
        "servers": [f"{'tls' if connection.tls else 'nats'}://{address}" for address in connection.servers],
        "connect_timeout": connection.timeout,
        "tls": context(connection.tls) if connection.tls else None,
        **(_known_by(connection.auth) if connection.auth else {}),
    }


def _known_by(auth: NatsAuth) -> dict[str, str]:
    if auth.credentials:
        return {"user_credentials": str(auth.credentials)}
    if auth.token:
        return {"token": auth.token.get_secret_value()}
    assert auth.username and auth.password  # noqa: PT018, S101 - what is left of three ways, by the model
    return {"user": auth.username, "password": auth.password.get_secret_value()}

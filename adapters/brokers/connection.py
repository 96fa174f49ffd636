"""How a configuration says where a broker is and who asks. `tls: {}` is TLS with the system's authorities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from adapters.secrets import Secret
from adapters.settings import Duration, Expected, Field, Settings, model_validator
from adapters.tls import Tls

Address = Annotated[str, Field(pattern=r"^[^\s/@,]+:[0-9]{1,5}$"), Expected("host:port, such as broker:9092")]
"""A `host:port`, such as `kafka-1.example.com:9092` or `[::1]:9092`."""

Port = Annotated[int, Field(gt=0, lt=65536)]


class Connection(Settings):
    """What every broker has; `timeout` is for connecting, and for each answer."""

    tls: Tls | None = None
    timeout: Annotated[Duration, Field(ge=1)] = 30.0


class Login(Settings):
    """A user name and its password."""

    username: str
    password: Secret


class KafkaLogin(Login):
    """SASL: a user name and password, and how they are shown to the broker."""

    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]


class NatsAuth(Settings):
    """One way to be known: a user name and password, a token, or a file of credentials (`.creds`)."""

    username: str | None = None
    password: Secret | None = None
    token: Secret | None = None
    credentials: Path | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("'username' and 'password' go together")
        if sum(way is not None for way in (self.username, self.token, self.credentials)) != 1:
            raise ValueError("expected one of username with password, token, and credentials")
        return self


class KafkaConnection(Connection):
    """Some of a cluster's brokers, the others are learned from them.

    `properties` are others of librdkafka's (its CONFIGURATION.md), for what has no setting here.
    """

    brokers: Annotated[tuple[Address, ...], Field(min_length=1)]
    auth: KafkaLogin | None = None
    properties: dict[str, str] = {}


class NatsConnection(Connection):
    """Some of a cluster's servers, the others are learned from them."""

    servers: Annotated[tuple[Address, ...], Field(min_length=1)]
    auth: NatsAuth | None = None


class RabbitmqConnection(Connection):
    """One server, or the load balancer before several; the port is 5672, or 5671 with TLS, unless told."""

    host: Annotated[str, Field(min_length=1)]
    port: Port | None = None
    virtual_host: str = "/"
    auth: Login | None = None


ExchangeType = Literal["topic", "direct", "fanout", "headers", "x-consistent-hash"]
"""What an exchange of RabbitMQ routes by; the last is its plugin rabbitmq_consistent_hash_exchange."""


def weighed(exchange_type: ExchangeType, routing_key: str) -> None:
    """Raises ValueError for a routing key by which a queue cannot be bound to an exchange of the type."""
    if exchange_type == "x-consistent-hash" and not routing_key.isdecimal():
        raise ValueError("of an x-consistent-hash exchange a queue's 'routing_key' is its weight: write '1' for each")


class MqttConnection(Connection):
    """One broker; the port is 1883, or 8883 with TLS, unless told."""

    host: Annotated[str, Field(min_length=1)]
    port: Port | None = None
    auth: Login | None = None

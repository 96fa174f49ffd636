"""A Kafka with users: who they are is proved over TLS, and what they may do is written in its lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

from tests import brokers
from tests.certificates import Identity, identity
from tests.kafka_topics import PATIENCE, records
from tests.real.kafka.server import Listener, kafka
from tests.service import free_port

USER, PASSWORD = "ci", "s3cr3t-pass"

_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


@dataclass(frozen=True)
class Secured:
    """A cluster; `port` is for users with a password, `certified` with a certificate, `server.port` for its admin."""

    server: brokers.Server
    port: int
    certified: int
    authority: Identity
    user: Identity
    admin: AdminClient

    def connection(self, way: str = "SCRAM-SHA-512", password: str = PASSWORD) -> dict[str, Any]:
        """How the user's source or sink reaches it: by a mechanism of SASL, or `certified`."""
        ca = str(self.authority.certificate)
        common = {"type": "kafka", "timeout": "4s"}
        if way == "certified":
            tls = {"ca": ca, "certificate": str(self.user.certificate), "key": str(self.user.key)}
            return {**common, "brokers": [f"127.0.0.1:{self.certified}"], "tls": tls}
        auth = {"mechanism": way, "username": USER, "password": password}
        return {**common, "brokers": [f"127.0.0.1:{self.port}"], "tls": {"ca": ca}, "auth": auth}

    def make(self, topic: str, **settings: str) -> None:
        """A topic of one partition."""
        _done(self.admin.create_topics([NewTopic(topic, 1, 1, config=settings)]))

    def change(self, topic: str, name: str, value: str) -> None:
        """A setting of a topic."""
        entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
        resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        _done(self.admin.incremental_alter_configs([resource]))

    def allow(self, kind: ResourceType, name: str, operation: AclOperation) -> None:
        """The user may do this from now on."""
        allowed = (f"User:{USER}", "*", operation, AclPermissionType.ALLOW)
        _done(self.admin.create_acls([AclBinding(kind, name, ResourcePatternType.LITERAL, *allowed)]))

    def values(self, topic: str) -> list[bytes]:
        """What is in a topic of one partition, in order."""
        return [record.value() or b"" for record in records(self.server.address, topic)]


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """One for all tests, which makes no topic by itself."""
    folder, port, certified = tmp_path_factory.mktemp("kafka"), free_port(), free_port()
    authority = identity(folder, "authority")
    listeners = [Listener("USERS", port, port, "SASL_SSL"), Listener("CERTIFIED", certified, certified, "SSL")]
    properties = {**_known(), **_shown(identity(folder, "broker", authority), authority), **_guarded()}
    with brokers.running(kafka(folder, listeners, properties, users={USER: PASSWORD})) as server:
        admin = AdminClient({"bootstrap.servers": server.address})
        yield Secured(server, port, certified, authority, identity(folder, USER, authority), admin)


def _known() -> dict[str, str]:
    """Who the users are: by PLAIN in the configuration, by SCRAM in the storage, by the name in a certificate."""
    users = "listener.name.users."
    return {
        users + "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
        users + "plain.sasl.jaas.config": f'{_PLAIN} required user_{USER}="{PASSWORD}";',
        users + "scram-sha-512.sasl.jaas.config": f"{_SCRAM} required;",
        "listener.name.certified.ssl.client.auth": "required",
        "ssl.principal.mapping.rules": "RULE:^CN=(.*)$/$1/",
    }


def _shown(broker: Identity, authority: Identity) -> dict[str, str]:
    """Who the broker is, for which Kafka wants key and certificate in one file, and whom it trusts."""
    file = broker.key.with_suffix(".both")
    file.write_text(broker.key.read_text() + broker.certificate.read_text())
    return {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(file),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(authority.certificate),
    }


def _guarded() -> dict[str, str]:
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        "auto.create.topics.enable": "false",
    }


def _done(futures: dict[Any, Any]) -> None:
    for future in futures.values():
        future.result(PATIENCE)

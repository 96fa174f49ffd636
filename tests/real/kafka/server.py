"""A real Kafka on the loopback interface: one node that is broker and controller, its own code from Maven Central."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.brokers import Server
from tests.real import maven
from tests.service import free_port

POM = Path(__file__).parent / "pom.xml"

OLDEST_JAVA = 17
"""What the brokers of Kafka 4 are compiled for."""

_CLUSTER = "AAAAAAAAAAAAAAAAAAAAAQ"
_SMALL = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
_SINGLE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "DIRECT",
    "num.partitions": "3",
    "offsets.topic.num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "3000",
}
"""A cluster of one, which does not wait for others, nor long for itself after it was killed."""


@dataclass(frozen=True)
class Listener:
    """Another way in: clients are told the port `advertised`, where something else may listen and pass it on."""

    name: str
    port: int
    advertised: int
    protocol: str = "PLAINTEXT"


def kafka(
    folder: Path,
    listeners: Sequence[Listener] = (),
    properties: Mapping[str, str] | None = None,
    *,
    users: Mapping[str, str] | None = None,
) -> Server:
    """One that makes topics as they are named, and keeps what it has over a kill; its port is for plain clients.

    `properties` are more of its `server.properties`, `users` those of SCRAM-SHA-512 with their passwords. Skips where
    there is no Java, Maven or Central.
    """
    port, controller = free_port(), free_port()
    run = [maven.java(OLDEST_JAVA, "Kafka"), *_SMALL, "-cp", f"{maven.libraries(POM)}/*"]
    file = folder / "server.properties"
    own = [Listener("DIRECT", port, port), *listeners]
    settings = {
        **_SINGLE,
        **_listening([*own, Listener("CONTROLLER", controller, controller)]),
        "advertised.listeners": ",".join(f"{each.name}://127.0.0.1:{each.advertised}" for each in own),
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{controller}",
        "log.dirs": str(folder / "data"),
        **(properties or {}),
    }
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    _format([*run, "kafka.tools.StorageTool", "format", "--standalone", "-c", str(file), "-t", _CLUSTER], users or {})
    return Server(port, [*run, "kafka.Kafka", str(file)], folder)


def _listening(listeners: Sequence[Listener]) -> dict[str, str]:
    return {
        "listeners": ",".join(f"{each.name}://127.0.0.1:{each.port}" for each in listeners),
        "listener.security.protocol.map": ",".join(f"{each.name}:{each.protocol}" for each in listeners),
    }


def _format(command: Sequence[str], users: Mapping[str, str]) -> None:
    """Makes the empty storage, in which users are from the start."""
    scram = [f"--add-scram=SCRAM-SHA-512=[name={name},password={word}]" for name, word in users.items()]
    made = subprocess.run([*command, *scram], check=False, capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, f"{made.stdout}{made.stderr}"

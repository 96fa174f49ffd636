"""Real brokers for tests, each in a folder and on a port of its own, on the loopback interface only."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.service import free_port, listens

PATIENCE = 180.0
"""Seconds that a broker may take to start."""


@dataclass
class Server:
    """A broker's process; what it was told to keep is there after a restart."""

    port: int
    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Its `host:port`."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts it, and returns when it takes connections."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **self.environment},
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        while not listens(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"it did not start: {(self.folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it in good order."""
        self._signal(signal.SIGCONT)
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut would, as far as its clients can tell."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Makes it hang: connections stay, and nothing answers, from when this returns."""
        assert self.process is not None
        self._signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def resume(self) -> None:
        """Lets it go on."""
        self._signal(signal.SIGCONT)

    def _end(self, number: int) -> None:
        assert self.process is not None
        self._signal(number)
        self.process.wait(PATIENCE)

    def _signal(self, number: int) -> None:
        """To all its processes: RabbitMQ is a script with a child."""
        assert self.process is not None
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)


@contextmanager
def running(server: Server) -> Iterator[Server]:
    """The server, started, and stopped at the end; the test is skipped where it is not installed."""
    if shutil.which(server.command[0]) is None:
        pytest.skip(f"{server.command[0]} is not installed")
    server.start()
    try:
        yield server
    finally:
        server.stop()


def nats(folder: Path, config: str = "") -> Server:
    """nats-server, with JetStream; `config` is more of its configuration file."""
    port = free_port()
    file = folder / "nats.conf"
    file.write_text(f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder}" }}\n{config}\n')
    return Server(port, ["nats-server", "-c", str(file)], folder)


def mosquitto(folder: Path, config: str = "allow_anonymous true") -> Server:
    """Mosquitto, which keeps sessions and their messages; `config` is more of its configuration file."""
    port = free_port()
    file = folder / "mosquitto.conf"
    file.write_text(
        f"listener {port} 127.0.0.1\nuser root\npersistence true\npersistence_location {folder}/\n"
        f"max_queued_messages 0\nlog_dest stderr\n{config}\n"
    )
    return Server(port, ["mosquitto", "-c", str(file)], folder)


def rabbitmq(folder: Path, config: str = "") -> Server:
    """RabbitMQ, with a node of its own and no part in any cluster; `config` is its configuration file."""
    (folder / "rabbitmq.conf").write_text(config)
    port, distribution = free_port(), free_port()
    environment = {
        "HOME": str(folder),
        "RABBITMQ_NODENAME": f"test-{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
        "RABBITMQ_DIST_PORT": str(distribution),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_START_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    return Server(port, ["/usr/lib/rabbitmq/bin/rabbitmq-server"], folder, environment)


_KAFKA = """
import sys, threading
from confluent_kafka import Producer
producer = Producer({"bootstrap.servers": "", "test.mock.num.brokers": 3})
brokers = producer.list_topics(timeout=30).brokers.values()
print(",".join(f"{each.host}:{each.port}" for each in brokers), flush=True)
sys.stdin.read()
"""


@dataclass
class Kafka:
    """A cluster of three brokers in a process of its own: librdkafka's mock, which forgets all when it ends."""

    brokers: str
    process: subprocess.Popen[str]

    def pause(self) -> None:
        """Makes all brokers hang."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Lets them go on."""
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def kafka() -> Iterator[Kafka]:
    """A cluster that makes topics as they are named."""
    pytest.importorskip("confluent_kafka")
    command = [sys.executable, "-c", _KAFKA]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield Kafka(process.stdout.readline().strip(), process)
        finally:
            process.kill()

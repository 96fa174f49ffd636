"""A sidecar has in memory what it is configured to do, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import psutil
import pytest

from adapters.sinks import SINKS
from adapters.sources import SOURCES
from tests.service import configuration, running

WEBHOOK = {"type": "webhook", "path": "/j", "instance": "https://j.example.com/", "mapping": "jenkins/notification"}
CONFIGURATION = configuration(
    sources={"jenkins": WEBHOOK},
    sinks={"out": {"type": "http", "url": "http://127.0.0.1:9/"}},
    routes={name: {"format": name, "sink": "out"} for name in ("legacy", "cdevents")},
).format(port=0)

ASSEMBLED = """
import asyncio, sys
from pathlib import Path
from adapters import app, cli, config
from adapters.cli import run
from adapters.sidecar import assembled

async def main():
    async with assembled(config.load(Path("config.yaml"))):
        print(*sys.modules)

asyncio.run(main())
"""
"""What `run` does, up to where it would listen."""

OTHERS = {each.settings.__module__ for name, each in SOURCES.items() if name != "webhook"} | {
    each.settings.__module__ for name, each in SINKS.items() if name != "http"
}
"""Where the settings are of what is not configured."""

PARTS = {"brokers", "delivery", "gerrit", "goldens", "lineage", "reach", "replay", "store"}
"""What other commands, sources and sinks are made of."""

MOST = 80_000_000
"""Bytes of resident memory."""

LIBRARIES = {
    "aio_pika",
    "aiomqtt",
    "aiormq",
    "asyncssh",
    "confluent_kafka",
    "cryptography",
    "duckdb",
    "jenkins",
    "jsonschema_rs",
    "nats",
    "paho",
    "psycopg",
    "pyarrow",
    "pygerrit2",
    "watchdog",
}
"""What others need, or what only the first event does."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Collection[str]:
    """The modules of a sidecar of one webhook that posts to one URL, before anything has happened."""
    folder: Path = tmp_path_factory.mktemp("lean")
    (folder / "config.yaml").write_text(CONFIGURATION)
    done = subprocess.run(
        [sys.executable, "-c", ASSEMBLED], cwd=folder, capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.split())


def test_the_settings_of_other_sources_and_sinks_are_not_there(imported: Collection[str]) -> None:
    """A type is imported, settings and all, where its word is met in the configuration."""
    assert {SOURCES["webhook"].settings.__module__, SINKS["http"].settings.__module__} <= set(imported)
    assert not OTHERS & set(imported)


def test_what_others_are_made_of_is_not_there(imported: Collection[str]) -> None:
    """Neither our own parts nor the libraries."""
    assert not {f"adapters.{part}" for part in PARTS} & set(imported)
    assert not LIBRARIES & {name.partition(".")[0] for name in imported}


def test_a_sidecar_of_three_tools_is_small(tmp_path: Path) -> None:
    """It has less than the 80 MB that a sidecar may have, before anything has happened."""
    with running(tmp_path) as service:
        assert service.process is not None
        assert psutil.Process(service.process.pid).memory_info().rss < MOST

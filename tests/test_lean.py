"""A sidecar has in memory what it is configured to do, and nothing else."""

from __future__ import annotations

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
    sinks={"out": {"type": "file", "path": "out.jsonl"}},
    routes={name: {"format": name, "sink": "out"} for name in ("legacy", "cdevents")},
).replace("journal.db", "journal.db, max_size: 1.5GiB")

TELLING = """
import atexit, os, sys
from pathlib import Path
from adapters.__main__ import main

loaded = lambda: [name for name, module in sys.modules.items() if module]
atexit.register(lambda: Path("modules").write_text("\\n".join(loaded())))
os._exit = sys.exit  # which does what is registered
main()
"""
"""The command, which notes at its end what it has imported."""

OTHERS = {each.settings.__module__ for name, each in SOURCES.items() if name != "webhook"} | {
    each.settings.__module__ for name, each in SINKS.items() if name != "file"
}
"""Where the settings are of what is not configured."""

PARTS = {"brokers", "cli", "console", "delivery", "gerrit", "goldens", "lineage", "reach", "replay", "store"}
"""What other commands, sources and sinks are made of."""

MOST = 64_000_000
"""Bytes of resident memory."""

LIBRARIES = {
    "aio_pika",
    "aiomqtt",
    "aiormq",
    "anyio",
    "asyncssh",
    "click",
    "confluent_kafka",
    "cryptography",
    "defusedxml",
    "duckdb",
    "jenkins",
    "jinja2",
    "jsonschema_rs",
    "multiprocessing",
    "nats",
    "paho",
    "prometheus_client",
    "psycopg",
    "pyarrow",
    "pycurl",
    "pydantic",
    "pydantic_core",
    "pygerrit2",
    "requests",
    "rich",
    "starlette",
    "tenacity",
    "typer",
    "watchdog",
}
"""What others need, or what only the first event does."""


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Collection[str]:
    """The modules of a sidecar of one webhook that writes to one file, before anything has happened."""
    folder = tmp_path_factory.mktemp("lean")
    with running(folder, CONFIGURATION, ("-c", TELLING)) as service:
        assert service.stop() == 0
    return (folder / "modules").read_text().split()


def test_the_settings_of_other_sources_and_sinks_are_not_there(imported: Collection[str]) -> None:
    """A type is imported, settings and all, where its word is met in the configuration."""
    assert {SOURCES["webhook"].settings.__module__, SINKS["file"].settings.__module__} <= set(imported)
    assert not OTHERS & set(imported)


def test_what_others_are_made_of_is_not_there(imported: Collection[str]) -> None:
    """Neither our own parts nor the libraries."""
    assert not {f"adapters.{part}" for part in PARTS} & set(imported)
    assert not LIBRARIES & {name.partition(".")[0] for name in imported}


def test_a_sidecar_of_three_tools_is_small(tmp_path: Path) -> None:
    """It has less than the 64 MB that a sidecar may have, before anything has happened."""
    with running(tmp_path) as service:
        assert service.process is not None
        assert psutil.Process(service.process.pid).memory_info().rss < MOST

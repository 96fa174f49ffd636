"""A sidecar that keeps events in a store and is killed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.cdevents.ids import context_id
from tests.load import accepted_before_kill
from tests.postgresql import database, postgresql
from tests.service import INSTANCE, Service, configuration

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgresql")
duckdb = pytest.importorskip("duckdb", reason="needs the extra metrics")
pytest.importorskip("pyarrow", reason="needs the extra parquet")

from adapters.store.migrating import migrate  # noqa: E402 - after the check for the extras

pytestmark = pytest.mark.slow


def config(sink: dict[str, Any]) -> str:
    """Builds of Jenkins into a store."""
    source = {"type": "webhook", "path": "/jenkins", "instance": INSTANCE, "mapping": "jenkins/notification"}
    routes = {"store": {"format": "cdevents", "sink": "store"}}
    return configuration(sources={"jenkins": source}, sinks={"store": sink}, routes=routes)


def killed_thrice(service: Service) -> set[str]:
    """The ids of what it accepted before it was killed; in the end it stops in good order."""
    accepted = [number for round_ in range(3) for number in accepted_before_kill(service, round_, 0.4)]
    service.start()
    assert service.stop() == 0
    assert accepted
    return {context_id(INSTANCE, "pipelinerun.finished", [f"job/load/{number}/"]) for number in accepted}


def test_postgresql_has_every_event_once(tmp_path: Path) -> None:
    """Though what the sidecar had not yet noted as kept came again."""
    with postgresql() as server:
        migrate(url := database(server))
        expected = killed_thrice(Service(tmp_path, config({"type": "postgresql", "url": url})))
        with psycopg.connect(url) as connection:
            ids = [id_ for (id_,) in connection.execute("select id from cdevents.events")]
    assert len(ids) == len(set(ids))
    assert expected <= set(ids)


def test_files_of_parquet_have_every_event(tmp_path: Path) -> None:
    """Each file is whole, and what was in none when the sidecar was killed is in one of those after it."""
    sink = {"type": "parquet", "path": "store", "size": "64KiB", "every": "1s"}
    expected = killed_thrice(Service(tmp_path, config(sink)))
    files = sorted((tmp_path / "store" / "events").rglob("*.parquet"))
    ids = {id_ for file in files for (id_,) in duckdb.read_parquet(str(file)).select("id").fetchall()}
    assert expected <= ids

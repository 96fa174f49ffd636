"""Where the tables are: files of events, files of Parquet, or PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.brokers.connection import need
from adapters.delivery.measuring import Question, measure
from adapters.delivery.report import Report
from adapters.errors import ConfigError, Problem


def measured(files: Sequence[str], store: str | None, question: Question) -> Report:
    """The report on files of events, or on a store; raises ConfigError when it is not one of them."""
    if bool(files) == bool(store):
        raise ConfigError([Problem("metrics", "name either files of events or a --store")])
    if store and store.startswith(("postgresql://", "postgres://")):
        return _in_postgresql(store, question)
    need("metrics", "duckdb")
    with TemporaryDirectory(prefix="cdevents-metrics-") as folder:
        return _in_duckdb(Path(store) if store else _loaded(files, Path(folder)), Path(folder), question)


def _loaded(files: Sequence[str], folder: Path) -> Path:
    from adapters.delivery.loading import load  # noqa: PLC0415  pyarrow is of an extra

    load(files, folder, os.cpu_count() or 1)
    return folder


def _in_duckdb(tables: Path, folder: Path, question: Question) -> Report:
    from adapters.delivery.duck import DuckDb  # noqa: PLC0415  duckdb is of an extra

    with closing(DuckDb(folder, tables)) as engine:
        return measure(engine, question)


def _in_postgresql(url: str, question: Question) -> Report:
    need("postgresql", "psycopg")
    from adapters.delivery.postgres import Postgres  # noqa: PLC0415  psycopg is of an extra

    with closing(Postgres(url)) as engine:
        return measure(engine, question)

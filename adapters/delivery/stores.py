"""Where the tables are: files of events, files of Parquet, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters.delivery.measuring import Question, measure
from adapters.delivery.report import Report
from adapters.errors import ConfigError, Problem
from adapters.extras import need


def measured(files: Sequence[str], store: str | None, question: Question) -> Report | None:
    """The report on files of events, or on a store, None where there are no events.

    Raises ConfigError when it is not one of them, or nothing, and TransientError when a database cannot be used.
    """
    if bool(files) == bool(store):
        raise ConfigError([Problem("metrics", "name either files of events or a --store")])
    if store and store.startswith(("postgresql://", "postgres://")):
        return _in_postgresql(store, question)
    need("metrics", "duckdb")
    with TemporaryDirectory(prefix="cdevents-metrics-") as folder:
        return _in_duckdb(files, store, Path(folder), question)


def _in_duckdb(files: Sequence[str], store: str | None, folder: Path, question: Question) -> Report | None:
    from adapters.delivery.duck import DuckDb, over_files  # noqa: PLC0415  duckdb is of an extra
    from adapters.delivery.loading import load  # noqa: PLC0415  and so is pyarrow

    with closing(DuckDb(folder)) as engine:
        if store:
            over_files(engine, Path(store))
        else:
            load(files, engine, folder)
        return measure(engine, question)


def _in_postgresql(url: str, question: Question) -> Report | None:
    need("postgresql", "psycopg")
    from adapters.delivery.postgres import Postgres  # noqa: PLC0415  psycopg is of an extra

    with closing(Postgres(url)) as engine:
        return measure(engine, question)

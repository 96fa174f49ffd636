"""Where the tables are: files of events, files of Parquet, PostgreSQL, or the events of a journal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from adapters.delivery.engine import Engine
from adapters.delivery.measuring import Question, measure
from adapters.delivery.report import Report
from adapters.errors import ConfigError, Problem
from adapters.extras import need

if TYPE_CHECKING:
    from adapters.delivery.duck import DuckDb


def measured(files: Sequence[str], store: str | None, question: Question) -> Report | None:
    """The report on files of events, or on a store, None where there are no events.

    Raises ConfigError when it is not one of them, or nothing, and TransientError when a database cannot be used.
    """
    if bool(files) == bool(store):
        raise ConfigError([Problem("metrics", "name either files of events or a --store")])
    if store:
        with opened(store) as engine:
            return measure(engine, question)
    with _duckdb() as (duck, folder):
        from adapters.delivery.loading import load  # noqa: PLC0415  pyarrow is of an extra

        load(files, duck, folder)
        return measure(duck, question)


@contextmanager
def opened(store: str, password: str | None = None, timeout: float = 0) -> Iterator[Engine]:
    """A session with a store: PostgreSQL by its URL, or a folder of Parquet.

    A statement of PostgreSQL may take `timeout` seconds, or as long as it wants where that is 0. Raises ConfigError for
    a folder without files, and TransientError when a database cannot be used.
    """
    if store.startswith(("postgresql://", "postgres://")):
        need("postgresql", "psycopg")
        from adapters.delivery.postgres import Postgres  # noqa: PLC0415  psycopg is of an extra

        with closing(Postgres(store, password, timeout)) as engine:
            yield engine
        return
    with _duckdb() as (duck, _):
        from adapters.delivery.duck import over_files  # noqa: PLC0415  duckdb is of an extra

        over_files(duck, Path(store))
        yield duck


def measured_of(bodies: Iterable[bytes], question: Question) -> Report | None:
    """The report on CDEvents, bare or in CloudEvents; None where there are none."""
    with _duckdb() as (engine, folder):
        from adapters.delivery.loading import load_bodies  # noqa: PLC0415  pyarrow is of an extra

        load_bodies(bodies, engine, folder)
        return measure(engine, question)


@contextmanager
def _duckdb() -> Iterator[tuple[DuckDb, Path]]:
    """DuckDB, and the folder for all that it needs."""
    need("metrics", "duckdb")
    from adapters.delivery.duck import DuckDb  # noqa: PLC0415  duckdb is of an extra

    with TemporaryDirectory(prefix="cdevents-metrics-") as folder, closing(DuckDb(Path(folder))) as engine:
        yield engine, Path(folder)

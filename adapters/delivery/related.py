"""The events of a store that a story or a list of deliveries is made of, as JSON: chosen by SQL, for any engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from adapters.delivery.engine import Engine

MOST = 5000
"""Events of one story, which is far more than anybody looks at."""

LATEST = 200
"""Deliveries to one place that are shown."""

_SQL = Path(__file__).parent / "sql"
_ROUNDS = 30


def related(engine: Engine, names: Iterable[str], number: str | None) -> Iterator[bytes]:
    """What has to do with whatever has one of these names, or is the change of this number.

    It is MOST at most, and more than a story needs, which chooses from it.
    """
    _name(engine, names)
    engine.run("create temporary table numbers (number text)")
    engine.insert("numbers", [(number,)] if number else [])
    engine.run(_text("related/1_begin"))
    seen = 0
    for step in range(1, _ROUNDS):
        [counted] = engine.rows("select count(*) as events from found")
        if counted["events"] in (seen, 0) or counted["events"] >= MOST:
            break
        seen = counted["events"]
        engine.run(_text("related/2_next").replace(":round", str(step)))
    return _data(engine, "related/3_data")


def services(engine: Engine, service: str | None = None, environment: str | None = None) -> Iterator[bytes]:
    """What was delivered last everywhere, and the LATEST of a service in an environment, or in each where that is None.

    With them are the changes and the runs that they came from. The environment is empty where events name none.
    """
    engine.run("create temporary table places (service text, environment text)")
    engine.insert("places", [(service, environment)] if service is not None else [])
    engine.run(_text("services/1_chosen").replace(":most", str(LATEST)))
    return _data(engine, "services/2_data")


def documents(engine: Engine, id_: str) -> Iterator[bytes]:
    """The events of an id: one of each source that has it."""
    _name(engine, [id_])
    return _data(engine, "related/4_one")


def _name(engine: Engine, names: Iterable[str]) -> None:
    engine.run("create temporary table names (name text)")
    engine.insert("names", [(each,) for each in names])


def _data(engine: Engine, name: str) -> Iterator[bytes]:
    return (row["data"].encode() for row in engine.rows(_text(name).replace(":most", str(MOST))))


def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")

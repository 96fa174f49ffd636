"""The events of a store that a story or a list of deliveries is made of, as JSON: chosen by SQL, for any engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from adapters.delivery.engine import Engine

MOST = 5000
"""Events of one story, which is far more than anybody looks at."""

BEGUN = 500
"""Events that have a name, the latest of them, from which a story is followed."""

LATEST = 200
"""Deliveries to one place that are shown."""

_SQL = Path(__file__).parent / "sql"
_ROUNDS = 30


class Related(NamedTuple):
    """Events as JSON, more of them than a story needs, which chooses from them; `partial` where it may need more."""

    bodies: Sequence[bytes]
    partial: bool


def related(engine: Engine, names: Iterable[str], number: str | None) -> Related:
    """What has to do with whatever has one of these names, or is the change of this number."""
    _name(engine, names)
    engine.run("create temporary table numbers (number text)")
    engine.insert("numbers", [(number,)] if number else [])
    for part in ("1_rollouts", "2_steps", "3_begin"):
        engine.run(_text(f"related/{part}").replace(":begun", str(BEGUN)))
    counts = [0, _found(engine)]
    while counts[-2] < counts[-1] < MOST and len(counts) < _ROUNDS:
        engine.run(_text("related/4_next").replace(":round", str(len(counts) - 1)))
        counts.append(_found(engine))
    engine.run(_text("related/5_before"))
    return Related(list(_data(engine, "related/6_data")), counts[1] >= BEGUN or counts[-1] >= MOST)


def _found(engine: Engine) -> int:
    [counted] = engine.rows("select count(*) as events from found")
    return int(counted["events"])


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
    return _data(engine, "related/7_one")


def _name(engine: Engine, names: Iterable[str]) -> None:
    engine.run("create temporary table names (name text)")
    engine.insert("names", [(each,) for each in names])


def _data(engine: Engine, name: str) -> Iterator[bytes]:
    return (row["data"].encode() for row in engine.rows(_text(name).replace(":most", str(MOST))))


def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")

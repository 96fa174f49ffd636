"""The Parquet sink, on real files, read as others read them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.cdevents.cloudevents import cdevents_message
from adapters.delivery.measuring import Question
from adapters.delivery.stores import measured
from adapters.errors import PermanentError, TransientError
from adapters.model import Encoding, Message
from adapters.sinks.store_settings import ParquetSettings
from tests.sinks.conftest import Make
from tests.waiting import eventually

pytest.importorskip("pyarrow", reason="needs the extra parquet")
duckdb = pytest.importorskip("duckdb", reason="needs the extra metrics")

from adapters.sinks.parquet import ParquetSink  # noqa: E402 - after the check for the extras

HOUR = 3600.0


class Clock:
    """A clock that stands still until it is set."""

    now = 1_772_366_400.0

    def __call__(self) -> float:
        """The time that it was set to."""
        return self.now


Open = Callable[..., ParquetSink]


@pytest.fixture
def clock() -> Clock:
    """The time of the sinks."""
    return Clock()


@pytest.fixture
def opened(tmp_path: Path, clock: Clock) -> Open:
    """What makes a sink for one folder."""
    return lambda **more: ParquetSink(ParquetSettings(type="parquet", path=tmp_path, **more), clock=clock)


def message(number: int, day: int = 1) -> Message:
    """A CDEvent with a number, of a day in March, that follows the one before."""
    context = {
        "specversion": "0.5.1",
        "id": f"id-{number}",
        "source": "https://ci.example.com/",
        "type": "dev.cdevents.pipelinerun.finished.0.3.0",
        "timestamp": f"2026-03-{day:02}T12:00:00Z",
        "links": [{"linkType": "PATH", "from": {"contextId": f"id-{number - 1}"}}],
    }
    document = {"context": context, "subject": {"id": f"job/{number}", "content": {"outcome": "success"}}}
    return cdevents_message(document, Encoding.STRUCTURED, {})


def read(folder: Path, columns: str = "id", table: str = "events") -> list[Any]:
    """What DuckDB finds in the folder of a table, in order."""
    files = f"{folder}/{table}/**/*.parquet"
    query = f"select {columns} from read_parquet('{files}', hive_partitioning = true) order by all"
    rows = duckdb.sql(query).fetchall()
    return [row[0] if len(row) == 1 else row for row in rows]


async def test_a_closed_sink_has_made_files_by_day(opened: Open, tmp_path: Path) -> None:
    """Events and links of one day are in the folder of that day, whatever day they were published on."""
    sink = opened()
    await sink.publish([message(1), message(2, day=2), message(3)])
    assert not list(tmp_path.rglob("*.parquet"))
    await sink.aclose()
    days = [("2026-03-01", "id-1"), ("2026-03-01", "id-3"), ("2026-03-02", "id-2")]
    assert [(str(day), id_) for day, id_ in read(tmp_path, "day, id")] == days
    assert read(tmp_path, "id, kind, target", "links")[0] == ("id-1", "PATH", "id-0")
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ".parquet"]


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":' * 900 + b'"\\u0000"' + b"}" * 900,
        b'{"context":{"timestamp":"0001-01-01T00:00:00+14:00","id":"i","source":"s","type":"dev.cdevents.a.b.0.1.0"},%b'
        % b'"subject":{"id":"c","content":{}}}',
        b'{"context":1e999999}',
    ],
)
async def test_what_can_never_be_a_row_is_refused(opened: Open, data: bytes) -> None:
    """Whoever made it: any other error would end the process, at each start."""
    sink = opened()
    with pytest.raises(PermanentError, match="a store cannot take this event") as refused:
        await sink.publish([message(1), message(2)._replace(data=data)])
    assert refused.value.delivered == 1
    await sink.aclose()


async def test_metrics_are_of_what_it_kept(opened: Open, tmp_path: Path) -> None:
    """Also where no event has a link."""
    sink = opened()
    context = {"id": "i", "source": "s", "timestamp": "2026-03-01T12:00:00Z"}
    context |= {"type": "dev.cdevents.service.deployed.0.3.0"}
    content = {"environment": {"id": "live"}, "artifactId": "pkg:generic/shop@1"}
    deployed = {"context": context, "subject": {"id": "shop", "content": content}}
    await sink.publish([cdevents_message(deployed, Encoding.STRUCTURED, {})])
    await sink.aclose()
    report = measured([], str(tmp_path), Question())
    assert report
    assert [each.events for each in report.figures if each.metric == "deployment frequency"] == [1]


async def test_a_file_is_made_in_time(opened: Open, tmp_path: Path, clock: Clock) -> None:
    """At the first batch after each multiple of `every`, of all that came before it."""
    sink = opened(every=HOUR)
    await sink.publish([message(1)])
    clock.now = next(tmp_path.glob(".collected/*")).stat().st_mtime + HOUR
    await sink.publish([message(2)])
    assert read(tmp_path) == ["id-1"]
    await sink.aclose()
    assert read(tmp_path) == ["id-1", "id-2"]


async def test_a_file_is_made_when_nothing_comes(opened: Open, tmp_path: Path, clock: Clock) -> None:
    """The time of what was collected is not that of what comes next."""
    clock.now += 10 * 365 * 24 * HOUR
    clock.now -= clock.now % HOUR + 0.01
    sink = opened(every=HOUR)
    await sink.publish([message(1)])
    await eventually(lambda: list(tmp_path.rglob("*.parquet")))
    assert read(tmp_path) == ["id-1"]
    await sink.aclose()


async def test_a_file_is_made_beyond_a_size(opened: Open, tmp_path: Path) -> None:
    """Before the batch after that."""
    sink = opened(size=1)
    await sink.publish([message(1)])
    await sink.publish([message(2)])
    assert read(tmp_path) == ["id-1"]
    await sink.aclose()


async def test_what_a_crash_left_becomes_a_file_once(opened: Open, tmp_path: Path) -> None:
    """What was acknowledged is in the folder after the next start, and an event that came twice is there once."""
    crashed = opened()
    await crashed.publish([message(1), message(2)])
    again = opened()
    await again.publish([message(2), message(3)])
    await again.aclose()
    assert read(tmp_path) == ["id-1", "id-2", "id-3"]


async def test_files_that_a_crash_left_half_done_are_made_again(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the files and the end of the lines nothing is lost, and nothing is twice."""
    crashed = opened(size=1)
    await crashed.publish([message(1)])
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _no_more)
        with pytest.raises(TransientError, match="files cannot be made in"):
            await crashed.publish([message(2)])
    assert read(tmp_path) == ["id-1"]
    again = opened()
    await again.publish([message(2)])
    await again.aclose()
    assert read(tmp_path) == ["id-1", "id-2"]


def _no_more(*_: object, **__: object) -> None:
    raise OSError("the power is out")


async def test_what_is_no_row_is_refused_in_its_place(opened: Open, tmp_path: Path, make: Make) -> None:
    """Those before it are kept."""
    sink = opened()
    with pytest.raises(PermanentError, match="a store keeps CDEvents") as refused:
        await sink.publish([message(1), make(2), message(3)])
    await sink.aclose()
    assert (refused.value.delivered, read(tmp_path)) == (1, ["id-1"])

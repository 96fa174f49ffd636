"""Years of notifications into events: whole processes, beside a script for this one tool, and beside each other."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import orjson

from bench.table import Row
from bench.translation import BODY, INSTANCE

FEW, MANY, ROUNDS = 10_000, 1_000_000, 3


def rows() -> Iterator[Row]:
    """Records a second of one event each, two jobs beside one, and memory after a hundred times as many records."""
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_archive(Path(folder) / f"{count}.ndjson", count) for count in (FEW, MANY))
        figures = [
            (_seconds(_by_hand(many)), _seconds(_replay(many)), _seconds(_replay(many, "--jobs", "2")))
            for _ in range(ROUNDS)
        ]
        hand, one, two = (MANY / median(each) for each in zip(*figures, strict=True))
        yield Row("replay: to a file, beside a script by hand", one, "records/s", hand, at_least=0.5)
        yield Row("replay: to a file, one job", one, "records/s", at_least=25_000)
        yield Row("replay: to a file, two jobs beside one", two, "records/s", one, at_least=1.7)
        most, least = _mebibytes(many), _mebibytes(few)
        yield Row(f"replay: most memory, {MANY:,} records beside {FEW:,}", most, "MiB", least, at_most=1.1)


def ends(count: int) -> Iterator[bytes]:
    """The ends of so many builds, one event each."""
    notification = orjson.loads(BODY)
    del notification["build"]["test_summary"]
    for number in range(count):
        build = notification["build"] | {"number": number, "url": f"job/team/job/shop/{number}/"}
        yield orjson.dumps(notification | {"build": build})


def _archive(path: Path, count: int) -> Path:
    with path.open("wb") as file:
        file.writelines(body + b"\n" for body in ends(count))
    return path


def _replay(archive: Path, *options: str) -> Sequence[str]:
    output = archive.with_suffix(".events")
    command = [sys.executable, "-m", "adapters", "replay", str(archive), "--mapping", "jenkins/notification"]
    return [*command, "--instance", INSTANCE, "--output", str(output), "--state", f"{output}.state", *options]


def _by_hand(archive: Path) -> Sequence[str]:
    return [sys.executable, "-m", "bench.by_hand", str(archive), str(archive.with_suffix(".by-hand")), INSTANCE]


def _seconds(command: Sequence[str]) -> float:
    started = perf_counter()
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    return perf_counter() - started


def _mebibytes(archive: Path) -> float:
    """The most memory that a replay of an archive had, by the kernel's own account of its children."""
    script = (
        f"import resource, subprocess; subprocess.run({[*_replay(archive)]!r}, check=True, stderr=subprocess.DEVNULL)"
    )
    script += "; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    return int(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout) / 1024

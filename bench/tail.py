"""Lines of a file: how fast they are read, kept and translated, and what thousands of quiet files cost."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent
from time import perf_counter, process_time

from adapters import yamlfile
from adapters.journal import Journal
from adapters.mapping.compiler import compiled
from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification, Receive
from adapters.sources.contract import Context
from adapters.sources.tail.settings import TailSettings
from adapters.sources.tail.source import Tail
from bench.service import started, wait_for_lines
from bench.table import Row

LINES, MANY, TOGETHER, FILES, MORE_FILES, SECONDS = 300_000, 1_500_000, 100, 5_000, 25_000, 10.0

INSTANCE = "https://git.example.com/"

MATCHING = (
    b'10.1.2.3 - jo [21/Nov/2026:11:23:16 +0000] "PUT /v2/team/app/manifests/1.0 HTTP/1.1" 201 0 "" "docker/24.0.7"\n'
)
OTHER = (
    b'10.1.2.3 - jo [21/Nov/2026:11:23:16 +0000] "HEAD /v2/team/app/blobs/sha256:a8 HTTP/1.1" 200 15 "" "docker/24"\n'
)

MAPPING = r"""
    cdevents: 0.5.1
    input:
      lines:
        push: >-
          (?P<addr>\S+) \S+ (?P<user>\S+) \[(?P<clock>[^]]+)\] "PUT /v2/(?P<name>\S+)/manifests/(?P<tag>[^ :]+) [^"]*"
    ignore: [{pattern: {exists: false}}]
    rules:
      pushed:
        emit: dev.cdeventsx.registry-tag.pushed.0.1.0
        id: [clock, name, tag]
        timestamp: ${clock | strptime("%d/%b/%Y:%H:%M:%S %z")}
        subject: {id: "${name}:${tag}"}
"""


def rows() -> Iterator[Row]:
    """Lines a second, of which one in ten is of interest; the share of a core that watching takes."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "access.log"
        log.write_bytes(_log(LINES))
        yield Row("tail: lines read and handed over", _rate([str(log)]), "lines/s", at_least=100_000)
        for together in (1, TOGETHER):
            kept = asyncio.run(_kept(Path(folder) / f"{together}.db", str(log), together))
            yield Row(f"tail: read and in the journal, {together} a notification", kept, "lines/s", at_least=100_000)
            bodies = log.read_bytes().splitlines()
            yield Row(f"tail: translated, {together} a notification", _translated(bodies, together), "lines/s")
    with tempfile.TemporaryDirectory() as folder:
        rate = _published(Path(folder))
        yield Row("tail: from the file through a regex mapping to both files", rate, "lines/s", at_least=100_000)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FILES):
            (Path(folder) / f"{number}.log").write_text("x\n")
        yield Row(f"tail: {FILES:,} quiet files", asyncio.run(_watched(f"{folder}/*.log")), "% of a core", at_most=5)
        for number in range(FILES, MORE_FILES):
            (Path(folder) / f"{number}.log").write_text("x\n")
        late = asyncio.run(_late(Path(folder)))
        yield Row(f"tail: how late a line in one of {MORE_FILES:,} files is, at worst", late, "s", at_most=5)


def _log(lines: int) -> bytes:
    return (MATCHING + OTHER * 9) * (lines // 10)


def _tail(paths: Sequence[str], together: int = 1) -> Tail:
    given = {"type": "tail", "instance": INSTANCE, "paths": paths, "lines_per_notification": together}
    metrics = Metrics()
    context = Context("app", lambda: None, {}, metrics, lambda: datetime.now(UTC))
    return Tail(TailSettings.model_validate(given), context)


async def _nowhere(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
    """Keeps nothing."""


def _rate(paths: Sequence[str]) -> float:
    return LINES / asyncio.run(_poll(_tail(paths), _nowhere))


async def _poll(tail: Tail, receive: Receive) -> float:
    started = perf_counter()
    await tail.poll(receive)
    return perf_counter() - started


async def _kept(path: Path, log: str, together: int) -> float:
    journal = Journal(path, max_bytes=1 << 30)
    seconds = await _poll(_tail([log], together), journal.append)
    await journal.aclose()
    return LINES / seconds


def _published(mapping: Path) -> float:
    """Lines a second of a whole sidecar, which keeps, translates and publishes them, from when their file is there."""
    (mapping / "mapping.yaml").write_text(dedent(MAPPING))
    given = {"type": "tail", "paths": ["access.log"], "instance": INSTANCE, "mapping": str(mapping)}
    with started(sources={"access": given | {"lines_per_notification": TOGETHER}}) as service:
        (hidden := service.folder / "access.new").write_bytes(_log(MANY))
        began = perf_counter()
        hidden.rename(service.folder / "access.log")
        wait_for_lines(service.folder / "cdevents.jsonl", MANY // 10)
        wait_for_lines(service.folder / "legacy.jsonl", MANY // TOGETHER)
        return MANY / (perf_counter() - began)


def _translated(lines: Sequence[bytes], together: int) -> float:
    file = yamlfile.parse(dedent(MAPPING), "bench.yaml")
    translate = compiled(file, "bench", Path("bench.yaml"), INSTANCE, {}).translate
    now = datetime.now(UTC)
    heard = [Notification("app", b"\n".join(lines[at : at + together]), now) for at in range(0, LINES, together)]
    return LINES / _seconds(lambda: [translate(each) for each in heard])


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started


async def _watched(pattern: str) -> float:
    """Percent of a core, once the files were read."""
    tail = _tail([pattern])
    await tail.poll(_nowhere)
    running = asyncio.create_task(tail.run(_nowhere))
    await asyncio.sleep(1)
    began = process_time()
    await asyncio.sleep(SECONDS)
    used = process_time() - began
    running.cancel()
    await asyncio.wait([running])
    return 100 * used / SECONDS


async def _late(folder: Path) -> float:
    """Seconds until a line is handed over, the longest of some, each in a file that was quiet."""
    heard = asyncio.Event()

    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:  # noqa: ARG001 - the contract's
        if any(each.body.startswith(b"late") for each in notifications):
            heard.set()

    tail = _tail([f"{folder}/*.log"])
    await tail.poll(receive)
    running = asyncio.create_task(tail.run(receive))
    seconds = []
    for number in range(0, MORE_FILES, MORE_FILES // 5):
        heard.clear()
        began = perf_counter()
        with (folder / f"{number}.log").open("a") as file:
            file.write("late\n")
        await heard.wait()
        seconds.append(perf_counter() - began)
    running.cancel()
    return max(seconds)

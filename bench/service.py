"""The sidecars that benchmarks load: real ones, of any sources, that publish to two files or nowhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.service import ADAPTERS, INSTANCE, Service, configuration, running

WEBHOOK = {"jenkins": {"type": "webhook", "path": "/jenkins", "instance": INSTANCE, "mapping": "jenkins/notification"}}
FILES = {name: {"type": "file", "path": f"{name}.jsonl"} for name in ("legacy", "cdevents")}


@contextmanager
def started(
    *, sources: Mapping[str, Any] = WEBHOOK, routes: bool = True, program: Sequence[str] = ADAPTERS
) -> Iterator[Service]:
    """A sidecar that is ready, with routes to `legacy.jsonl` and `cdevents.jsonl` in its folder, or with none."""
    config = roomy(sources, FILES if routes else {})
    with TemporaryDirectory(prefix="bench-") as folder, running(Path(folder), config, program) as service:
        yield service


def roomy(sources: Mapping[str, Any], sinks: Mapping[str, Any]) -> str:
    """A configuration of a route to each sink, which is named by the format, and of a journal that does not fill up."""
    routes = {name: {"format": name, "sink": name} for name in sinks}
    text = configuration(sources=sources, sinks=sinks, routes=routes)
    return text.replace("journal.db", "journal.db, max_size: 8GiB")


def wait_for_lines(path: Path, count: int) -> None:
    """Returns when a file that is written to has so many lines."""
    while not path.exists():
        time.sleep(0.01)
    with path.open("rb") as file:
        while count > 0:
            count -= (chunk := file.read(1 << 20)).count(b"\n")
            if not chunk:
                time.sleep(0.05)

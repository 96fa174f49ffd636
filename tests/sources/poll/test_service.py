"""A sidecar that polls is killed again and again, and publishes each state of each build once, and in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service import Service, configuration
from tests.sources.poll.fake import FakeApi
from tests.waiting import until


def published(sidecar: Service, count: int) -> None:
    """Returns when it has published so many."""
    until(lambda: len(sidecar.published("legacy")) >= count)


@pytest.mark.slow
def test_a_sidecar_that_is_killed_goes_on_where_it_was(tmp_path: Path, api: FakeApi) -> None:
    """What happens while it is away is told when it is back."""
    poll = {"type": "poll", "instance": "https://ci.example.com/", "url": f"{api.url}/builds", "every": "100ms"}
    config = configuration(
        sources={"builds": {**poll, "since": "beginning", "order": "oldest"}},
        sinks={"file": {"type": "file", "path": "legacy.jsonl"}},
        routes={"legacy": {"format": "legacy", "sink": "file"}},
    )
    builds: list[dict[str, Any]] = []
    api.lists("/builds", builds)
    sidecar = Service(tmp_path, config)
    for number in range(4):
        builds += ({"id": number * 50 + each, "status": "running"} for each in range(50))
        sidecar.start()
        try:
            published(sidecar, len(builds) * 2 - 50)
        finally:
            sidecar.kill()
        for build in builds[-50:]:
            build["status"] = "done"
    sidecar.start()
    try:
        published(sidecar, 400)
    finally:
        sidecar.kill()
    told: dict[int, list[str]] = {}
    for each in sidecar.published("legacy"):
        states = told.setdefault(each["data"]["id"], [])
        states += [each["data"]["status"]][: each["data"]["status"] not in states]  # a sink may be told again
    assert [*told] == [*range(200)]
    assert {tuple(states) for states in told.values()} == {("running", "done")}

"""The clock of the machine under a running service jumps: an hour back, as when it was wrong and is set right."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.service import CONFIG, Service, build, running
from tests.waiting import until

HOUR = timedelta(hours=1)


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """A file that says how far the clock is from the right time, read whenever a service asks for the time."""
    if shutil.which("faketime") is None:
        pytest.skip("needs faketime")
    clock = tmp_path / "clock"
    clock.write_text("+0")
    return clock


def faked(clock: Path) -> dict[str, str]:
    """What makes a process believe a clock; the monotonic one is left as it is, for that is what it is for."""
    library = subprocess.run(["faketime", "-m", "now", "printenv", "LD_PRELOAD"], check=True, capture_output=True)
    return {
        "LD_PRELOAD": library.stdout.decode().strip(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def hear(service: Service, numbers: range) -> None:
    """It accepts them."""
    for number in numbers:
        assert service.ask("POST", "/jenkins", build(number))[0] == 202


def test_a_clock_that_jumps_back_holds_up_nothing(tmp_path: Path, clock: Path) -> None:
    """Both routes go on in order, one while it waits for its sink; only the times when notifications came go back."""
    (obstacle := tmp_path / "events").write_text("a file where a directory should be")
    config = CONFIG.replace("cdevents.jsonl", "events/cdevents.jsonl")
    with running(tmp_path, config, **faked(clock)) as service:
        hear(service, range(5))
        until(lambda: service.metrics().get('delivery_retries_total{route="cdevents"}'))
        clock.write_text("-1h")
        hear(service, range(5, 10))
        until(lambda: len(service.published("legacy")) == 10)
        obstacle.unlink()
        until(lambda: len(service.published("events/cdevents")) == 10)
        assert service.stop() == 0
    assert [event["data"]["build"]["number"] for event in service.published("legacy")] == [*range(10)]
    assert [event["subject"] for event in service.published("events/cdevents")] == [f"job/load/{n}/" for n in range(10)]
    times = [datetime.fromisoformat(event["time"]) for event in service.published("legacy")]
    assert times[5] - times[4] < -0.9 * HOUR

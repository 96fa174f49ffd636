"""Two whole sidecars around one PostgreSQL: whatever happens to the one that leads, the other goes on where it was."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.brokers import Server
from tests.postgresql import database, postgresql
from tests.standby.pair import METRIC, TAKE_OVER, Pair, pair
from tests.waiting import until

pytest.importorskip("psycopg", reason="needs the extra postgresql")

from adapters.store.migrating import migrate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for all tests."""
    with postgresql() as running:
        yield running


@pytest.fixture
def both(server: Server, tmp_path: Path) -> Iterator[Pair]:
    """Two sidecars on a database of their own."""
    url = database(server)
    migrate(url)
    at = f":{server.port}/"
    with pair(tmp_path, server.port, lambda port: {"postgresql": {"url": url.replace(at, f":{port}/")}}) as made:
        yield made


def test_a_leader_that_is_killed_is_followed_within_fifteen_seconds(both: Pair) -> None:
    """Its journal is gone with it: no line is lost, and none has two ids."""
    first = both.settled(200)
    assert all(each.ready() for each in both.services)
    both.write(200)
    both.services[first].kill()
    began = time.monotonic()
    both.write(200)
    until(lambda: both.leader() == 1 - first)
    assert time.monotonic() - began < TAKE_OVER
    until(both.complete)


def test_a_leader_that_is_cut_off_stops_before_another_begins(both: Pair) -> None:
    """It lives on, and stands by; what it heard meanwhile has the same ids."""
    first = both.settled(100)
    both.networks[first].stall()
    began = time.monotonic()
    both.write(100)
    until(lambda: both.leader() == 1 - first)
    assert time.monotonic() - began < TAKE_OVER
    assert "leads no more" in both.services[first].log()
    both.write(100)
    until(both.complete)
    assert both.services[first].ready()


def test_a_leader_that_stood_still_hears_no_more_when_it_wakes_up(both: Pair) -> None:
    """The other has gone on meanwhile: what it would hear was heard."""
    first = both.settled(100)
    process = both.services[first].process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    other = both.services[1 - first]
    until(lambda: other.metrics()[METRIC] == 1)
    both.write(100)
    until(both.complete)
    process.send_signal(signal.SIGCONT)
    until(lambda: both.leader() == 1 - first)
    assert both.repeats(since=100) == 0


def test_a_leader_that_is_stopped_hands_over_without_a_repeat(both: Pair) -> None:
    """As in a rolling update: all that it had is published, and nothing twice."""
    both.write(300)
    first = both.leader()
    assert first is not None
    assert both.services[first].stop() == 0
    both.write(100)
    until(lambda: both.leader() == 1 - first)
    until(both.complete)
    assert both.repeats() == 0

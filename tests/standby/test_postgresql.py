"""The lock of a real PostgreSQL: one session has it, and loses it when it is gone or silent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from adapters.model import Checkpoint
from adapters.standby.contract import Leader, Lost, Shared, Unavailable
from adapters.standby.settings import Lock
from tests.brokers import Server
from tests.faults.proxy import Proxy
from tests.postgresql import database, postgresql
from tests.service import free_port
from tests.waiting import until

psycopg = pytest.importorskip("psycopg", reason="needs the extra postgresql")

from adapters.standby.postgresql import AdvisoryLock  # noqa: E402 - an extra
from adapters.store.migrating import migrate  # noqa: E402

INSTANCES = {"jenkins": "https://jenkins.example.com/"}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for all tests."""
    with postgresql() as running:
        yield running


@pytest.fixture
def url(server: Server) -> str:
    """A database with the tables."""
    made = database(server)
    migrate(made)
    return made


@pytest.fixture
def locks(url: str) -> Iterator[tuple[AdvisoryLock, AdvisoryLock]]:
    """Two who want the same."""
    made = AdvisoryLock(Lock(url=url), INSTANCES), AdvisoryLock(Lock(url=url), INSTANCES)
    yield made
    for each in made:
        each.release()


Two = tuple[AdvisoryLock, AdvisoryLock]


def test_one_has_it_until_it_lets_go(locks: Two) -> None:
    """Nobody has led before; the next one finds whose it was, and all checkpoints as they were left."""
    first, second = locks
    assert first.acquire() == Shared()
    assert isinstance(second.acquire(), Leader)
    first.renew("a", [Checkpoint("jenkins", "job/x", "7"), Checkpoint("jenkins", "job/y", "1")])
    first.renew("a", [Checkpoint("jenkins", "job/x", "8"), Checkpoint("jenkins", "job/y", None)])
    assert isinstance(second.acquire(), Leader)
    first.release()
    assert second.acquire() == Shared("a", {"jenkins": {"job/x": "8"}}, INSTANCES)


def test_who_leads_is_told(url: str, locks: Two) -> None:
    """To who would lead, and to who only asks, and takes nothing: by its process, since when, and what it hears."""
    first, second = locks
    asks = AdvisoryLock(Lock(url=url))
    assert asks.leader() is None
    assert first.acquire() == Shared()
    first.renew("a", [])
    found = second.acquire()
    assert isinstance(found, Leader)
    assert (found.by, found.instances) == (first._me, INSTANCES)
    assert asks.leader() == found
    first.renew("a", [])
    assert second.acquire() == found
    first.release()
    assert asks.leader() is None


def test_other_names_are_other_locks(url: str, locks: Two) -> None:
    """With checkpoints of their own."""
    first, _ = locks
    first.acquire()
    first.renew("a", [Checkpoint("jenkins", "job/x", "7")])
    other = AdvisoryLock(Lock(url=url, lock="another"))
    assert other.acquire() == Shared()
    other.release()


def test_a_session_that_is_ended_has_lost_it(url: str, locks: Two) -> None:
    """It cannot write any more, and knows at once that another may."""
    first, second = locks
    first.acquire()
    with psycopg.connect(url, autocommit=True) as administrator:
        administrator.execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted")
    with pytest.raises(Lost, match="session that had the lock is gone"):
        first.renew("a", [Checkpoint("jenkins", "job/x", "7")])
    assert second.acquire() == Shared()


def test_a_lock_that_a_pooler_took_is_lost(locks: Two) -> None:
    """A session without it writes nothing, whoever gave it away."""
    first, second = locks
    first.acquire()
    assert first._connection is not None
    first._connection.execute("select pg_advisory_unlock_all()")
    with pytest.raises(Lost, match="pooler"):
        first.renew("a", [Checkpoint("jenkins", "job/x", "7")])
    assert second.acquire() == Shared()


def test_the_server_ends_sessions_that_are_silent(locks: Two) -> None:
    """They are told so when they begin: after eight seconds, also in the middle of a transaction."""
    first, _ = locks
    first.acquire()
    assert first._connection is not None
    told = [
        first._connection.execute(f"show {name}".encode()).fetchone()
        for name in ("idle_session_timeout", "idle_in_transaction_session_timeout")
    ]
    assert told == [("8s",), ("8s",)]


@pytest.mark.slow
def test_a_leader_that_is_cut_off_loses_it_within_fifteen_seconds(server: Server, url: str, locks: Two) -> None:
    """Though its connection is never closed: the network just swallows all."""
    with Proxy(server.port) as network:
        cut_off = AdvisoryLock(Lock(url=url.replace(f":{server.port}/", f":{network.port}/")))
        assert cut_off.acquire() == Shared()
        network.stall()
        _, second = locks
        until(lambda: isinstance(second.acquire(), Shared), timeout=15)
        cut_off.abort()
        with pytest.raises(Lost):
            cut_off.renew("a", [])


def test_a_call_that_hangs_can_be_ended(server: Server, url: str) -> None:
    """From another thread: it fails, and the lock is lost."""
    with Proxy(server.port) as network:
        lock = AdvisoryLock(Lock(url=url.replace(f":{server.port}/", f":{network.port}/")))
        lock.acquire()
        network.stall()
        lock.abort()
        with pytest.raises(Lost):
            lock.renew("a", [])


def test_a_database_without_the_tables_says_what_to_do(server: Server) -> None:
    """And keeps no lock."""
    url = database(server)
    lock = AdvisoryLock(Lock(url=url))
    with pytest.raises(Unavailable, match="store migrate"):
        lock.acquire()
    migrate(url)
    assert lock.acquire() == Shared()
    lock.release()


def test_a_database_that_is_away_is_told() -> None:
    """As something that may be over later."""
    lock = AdvisoryLock(Lock(url=f"postgresql://ci@127.0.0.1:{free_port()}/x"))
    with pytest.raises(Unavailable, match="cannot be used"):
        lock.acquire()
    with suppress(Unavailable):
        lock.release()

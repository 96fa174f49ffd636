"""From the first start on, over restarts, nothing is missing and nothing is told twice under two names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest

from adapters.errors import ConfigError
from adapters.metrics import Metrics
from adapters.sources.contract import Context
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.gerrit_stream.source import GerritStream
from tests.sources.gerrit.said import (
    BOB,
    MOMENT,
    NOW,
    change_info,
    line,
    logged,
    review,
    uploaded,
)
from tests.sources.gerrit.server import HttpGerrit
from tests.sources.gerrit_stream.conftest import SshGerrit, holds, says
from tests.sources.gerrit_stream.world import Running, ids
from tests.waiting import eventually

Settings = Callable[..., GerritStreamSettings]


async def test_a_restart_goes_on_from_the_checkpoint(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """What happened while the process was down is asked for, and nothing that is long known."""
    said = [uploaded(change, NOW + 60 * change) for change in range(1, 21)]
    http.log = [logged(each) for each in said[:10]]
    ssh.sessions = [says(*map(line, said[:10]))]
    async with running.source(settings()):
        await eventually(lambda: running.complete == NOW + 600)
    http.log, ssh.sessions, running.now = [logged(each) for each in said], [holds], MOMENT + timedelta(hours=1)
    http.asked.clear()
    async with running.source(settings()):
        await running.until_kept(said)
    assert http.asked[0][1]["t1"] == ["2026-05-28 20:36:35"]
    assert (
        len(await running.bodies()) == len(said) + 1 + 10
    )  # the shape differs in what is told again: one, and ten new


async def test_a_first_start_fills_nothing(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The past of a server is no news; from now on, nothing is missing."""
    http.log = [logged(uploaded(change, NOW - 60 * change)) for change in range(1, 4)]
    ssh.sessions = [holds]
    async with running.source(settings()):
        await eventually(lambda: running.complete == NOW)
    assert await running.bodies() == []


async def test_a_first_start_goes_back_to_since(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """Who wants the past says from when."""
    said = [uploaded(change, NOW - 60 * change) for change in range(1, 4)]
    http.log, ssh.sessions = [logged(each) for each in said], [holds]
    async with running.source(settings(since="2026-05-28T20:24:00Z")):
        await running.until_kept(said[:2])


async def test_what_was_heard_is_not_made_up_again(
    running: Running, ssh: SshGerrit, http: HttpGerrit, settings: Settings
) -> None:
    """The changes date a comment before its event: the backfill knows it by its words, even after a restart."""
    said = [uploaded(1, NOW + 10), review(1, NOW + 13)]
    change = change_info(said[:1])
    message = {"author": BOB, "date": change["created"], "message": "Patch Set 1:\n\nNice", "_revision_number": 1}
    ssh.sessions = [says(*map(line, said))]
    async with running.source(settings()):
        await eventually(lambda: running.complete == NOW + 13)
    http.changes, ssh.sessions = [change | {"messages": [message]}], [holds]
    http.asked.clear()
    async with running.source(settings()):
        await eventually(lambda: len(http.asked) >= 3)
    assert await running.ids() == ids([orjson.dumps(each) for each in said])


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"key": "nowhere/id"}, "gerrit-stream: there is no file nowhere/id"),
        ({"known_hosts": "nowhere/known"}, "gerrit-stream: there is no file nowhere/known"),
    ],
)
def test_a_missing_file_is_told_at_the_start(settings: Settings, given: dict[str, str], problem: str) -> None:
    """Not at the first connection, in the night."""
    context = Context("gerrit", lambda: None, {}, Metrics(), lambda: MOMENT)
    with pytest.raises(ConfigError) as wrong:
        GerritStream(settings(**given), context)
    assert [str(each) for each in wrong.value.problems] == [problem]


def test_a_missing_client_is_told_with_its_extra(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who did not install what this source needs is told what to install."""
    monkeypatch.setattr("adapters.sources.gerrit_stream.source.CLIENTS", ("no_such_client", "requests"))
    context = Context("gerrit", lambda: None, {}, Metrics(), lambda: MOMENT)
    with pytest.raises(
        ConfigError, match=r"no_such_client not installed \(pip install 'cdevents-adapters\[gerrit\]'\)"
    ):
        GerritStream(settings(), context)


def test_another_sources_checkpoint_is_told_at_the_start(settings: Settings) -> None:
    """A name that was used for something else would begin anywhere."""
    context = Context("gerrit", lambda: None, {"stream": "17"}, Metrics(), lambda: MOMENT)
    with pytest.raises(ConfigError, match="its checkpoint 'stream' is not its own: not written by this source"):
        GerritStream(settings(), context)

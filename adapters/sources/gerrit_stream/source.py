"""Listens to Gerrit's stream of events, and asks it afterwards for what was said while nobody listened.

Whenever the stream (re)starts, or Gerrit says that it dropped something, a gap opens. The checkpoint stands still from
there until a backfill has brought everything since: so a crash at any time loses nothing. What is heard meanwhile is
handed over at once; events of a gap come after it.
"""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from pathlib import Path

from adapters.errors import ConfigError, Problem
from adapters.model import Receive
from adapters.sources.contract import Context
from adapters.sources.gerrit_stream.filling import Filler
from adapters.sources.gerrit_stream.ledger import KEY, Ledger
from adapters.sources.gerrit_stream.listening import Listener
from adapters.sources.gerrit_stream.progress import Progress
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.keeping import restored
from adapters.sources.patience import Sleep

CLIENTS = ("asyncssh", "pygerrit2")
"""What the extra `gerrit` installs."""


class GerritStream:
    """One Gerrit's events: heard over SSH, completed over HTTP."""

    def __init__(self, settings: GerritStreamSettings, context: Context, *, sleep: Sleep = asyncio.sleep) -> None:
        """Raises ConfigError where a client is not installed, a file is missing or a checkpoint is not its own."""
        _check_clients()
        _check_files(settings)
        self._settings, self._context, self._sleep = settings, context, sleep
        self._progress = restored(
            context, KEY, Progress.loads, Progress(int((settings.since or context.clock()).timestamp()))
        )

    async def run(self, receive: Receive) -> None:
        """Listens and completes until cancelled; what fails is tried again, after longer and longer pauses."""
        ledger = Ledger(self._context, self._progress, receive, self._sleep)
        async with asyncio.TaskGroup() as group:
            group.create_task(Listener(self._settings, self._context, ledger, self._sleep).run())
            group.create_task(Filler(self._settings, self._context, ledger, self._sleep).run())


def _check_clients() -> None:
    if missing := [client for client in CLIENTS if find_spec(client) is None]:
        hint = "pip install 'cdevents-adapters[gerrit]'"
        raise ConfigError([Problem("gerrit-stream", f"{' and '.join(missing)} not installed", hint)])


def _check_files(settings: GerritStreamSettings) -> None:
    files = [settings.key] + ([settings.known_hosts] if isinstance(settings.known_hosts, Path) else [])
    if missing := [path for path in files if not path.is_file()]:
        raise ConfigError([Problem("gerrit-stream", f"there is no file {path}") for path in missing])

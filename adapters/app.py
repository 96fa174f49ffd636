"""The process: one sidecar, from its start to the signal that ends it.

A part that dies takes the process down, loudly: the supervisor starts it again, and the journal knows where all were.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Collection, Coroutine, Mapping
from typing import Any

import structlog

from adapters.config import Config
from adapters.errors import AdapterError, JournalUnavailable
from adapters.listening import Bound
from adapters.loops import new_event_loop
from adapters.memory import give_back, settled
from adapters.server import Server
from adapters.serving import addresses, listeners, servers
from adapters.sidecar import Sidecar, assembled

SWITCH = 0.0005
"""Seconds that a thread computes while another waits to: acknowledging goes through two, and Python gives each 5 ms."""

CUT_OFF = 1.0
"""Seconds that requests under way get when the time for a stop is out."""

PRUNE_EVERY = 60.0
"""Seconds between two looks at what the journal need not keep any more."""

_NONE: Bound = {}

_log = structlog.get_logger(__name__)

_Work = Mapping[str, Coroutine[Any, Any, object]]
_Sockets = Mapping[str, socket.socket]
_Tasks = Collection[asyncio.Task[None]]


class PartDied(AdapterError):
    """A part of the running sidecar came to an end; the log says which and why."""


def start(config: Config, early: Bound) -> int:
    """Runs until SIGTERM or SIGINT, reloads the mappings on SIGHUP; the exit code: 1 when a part died, else 0.

    `early` is what is listened on already.

    Raises ConfigError, JournalUnavailable or AddressUnavailable when it cannot start.
    """
    give_back()
    sys.setswitchinterval(SWITCH)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_signalled(config, early))


async def _signalled(config: Config, early: Bound) -> int:
    stop, hangup = asyncio.Event(), asyncio.Event()
    for number, event in ((signal.SIGTERM, stop), (signal.SIGINT, stop), (signal.SIGHUP, hangup)):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    try:
        await run(config, stop=stop, hangup=hangup, early=early)
    except PartDied:
        return 1
    return 0


async def run(config: Config, *, stop: asyncio.Event, hangup: asyncio.Event, early: Bound = _NONE) -> None:
    """Runs until `stop`, then publishes what it has heard, for `server.drain` at most; `hangup` reloads the mappings.

    Raises ConfigError, JournalUnavailable or AddressUnavailable when it cannot start, PartDied when it cannot go on.
    """
    with listeners(config.server, early) as sockets:
        async with assembled(config) as sidecar:
            try:
                await _live(sidecar, sockets, stop, hangup)
            except* PartDied as died:
                raise died.exceptions[0] from None


async def _live(sidecar: Sidecar, sockets: _Sockets, stop: asyncio.Event, hangup: asyncio.Event) -> None:
    drain = sidecar.settings.server.drain
    serving = servers(sidecar, lambda: _unready(sidecar, stop))
    async with asyncio.TaskGroup() as group:
        asked = _started(group, {f"server {name}": each.serve([sockets[name]]) for name, each in serving.items()})
        hearing = _started(group, _hearing(sidecar))
        publishing = _started(group, {f"route {name}": route.run() for name, route in sidecar.routes.items()})
        mappings = sidecar.translators.watch(hangup, sidecar.exports)
        upkeep = _started(group, {"retention": _retain(sidecar), "mappings": mappings})
        upkeep += _started(group, {f"metrics {name}": each.run() for name, each in sidecar.exporters.items()})
        standing = _started(group, {"standby": sidecar.standby.run()} if sidecar.standby else {})
        upkeep += _started(group, {"stalls": sidecar.stalls.watch(asyncio.sleep)})
        upkeep += _started(group, {f"shadow {name}": shadow.run() for name, shadow in sidecar.shadows.items()})
        settled()
        _log.info("started", **_summary(sidecar, sockets))
        await stop.wait()
        _log.info("stopping", drain=drain)
        serving["listen"].retire()
        _cancel(hearing)
        await _drain(sidecar, hearing, serving["listen"], asked[0], publishing)
        _cancel(standing)
        if sidecar.standby:
            await sidecar.standby.resign()
        for each in serving.values():
            each.stop()
        _cancel([*publishing, *upkeep])


def _hearing(sidecar: Sidecar) -> _Work:
    return {f"source {name}": _endless(sidecar.hear(name)) for name in sidecar.listening()}


async def _endless(work: Coroutine[Any, Any, None]) -> None:
    await work
    raise AdapterError("it came to an end by itself")


async def _retain(sidecar: Sidecar) -> None:
    while True:
        try:
            pruned = await sidecar.journal.prune(keep=sidecar.settings.journal.keep)
            _log.debug("journal pruned", records=pruned)
        except JournalUnavailable as error:
            _log.error("journal not pruned", reason=str(error))
        await asyncio.sleep(PRUNE_EVERY)


async def _drain(
    sidecar: Sidecar, hearing: _Tasks, server: Server, asked: asyncio.Task[None], publishing: _Tasks
) -> None:
    """Waits until everything is published, or time is out.

    Webhooks are taken until what was heard before is published: who posts meanwhile need not be refused.
    """
    try:
        async with asyncio.timeout(sidecar.settings.server.drain):
            await asyncio.gather(*hearing, return_exceptions=True)
            await sidecar.journal.passed(sidecar.journal.last)
            server.stop()
            await asyncio.gather(asked, return_exceptions=True)
            for route in sidecar.routes.values():
                route.drain()
            await asyncio.gather(*publishing, return_exceptions=True)
    except TimeoutError:
        server.stop(CUT_OFF)
        left = {name: lag for name in sidecar.routes if (lag := sidecar.journal.waiting(name)) != 0}
        _log.warning("time is out; the rest is in the journal and goes on at the next start", records=left)


def _started(group: asyncio.TaskGroup, work: _Work) -> list[asyncio.Task[None]]:
    return [group.create_task(_alive(part, each)) for part, each in work.items()]


async def _alive(part: str, work: Coroutine[Any, Any, object]) -> None:
    try:
        await work
    except AdapterError as error:
        _log.critical("stopping, for a part died", part=part, reason=str(error))
        raise PartDied(part) from error
    except Exception as error:
        _log.critical("stopping, for a part died of a bug", part=part, exc_info=True)
        raise PartDied(part) from error


def _cancel(tasks: _Tasks) -> None:
    for task in tasks:
        task.cancel()


async def _unready(sidecar: Sidecar, stop: asyncio.Event) -> list[str]:
    try:
        await sidecar.journal.check()
    except JournalUnavailable as error:
        return [str(error)]
    return ["it is stopping"] if stop.is_set() else sidecar.stalls.reasons()


def _summary(sidecar: Sidecar, sockets: _Sockets) -> dict[str, Any]:
    routes = {name: f"{route.format} to {route.sink}" for name, route in sidecar.settings.routes.items()}
    served: dict[str, Any] = {"config": sidecar.settings.file, **addresses(sockets)}
    if variables := sidecar.settings.variables:
        served["variables"] = variables
    return {**served, "sources": [*sidecar.sources], "routes": routes}

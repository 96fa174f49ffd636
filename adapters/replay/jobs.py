"""Several processes on one archive, each with a share of its own, so that a replay uses every core."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import time
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from adapters import logs
from adapters.config import Config
from adapters.errors import AdapterError
from adapters.loops import new_event_loop
from adapters.memory import collect_seldom
from adapters.redaction import redaction
from adapters.replay.plan import Progress, Replay, Report
from adapters.replay.run import replay
from adapters.sinks.contract import SinkSettings
from adapters.sinks.file import FileSettings

REPORT_EVERY = 0.2
"""Seconds between two reports of a process."""


class Interrupted(AdapterError):
    """A replay was told to stop; the same command goes on where it was."""


def run(plan: Replay, jobs: int, report: Report) -> Progress:
    """Replays in so many processes; `report` is called with what all of them together have done.

    Raises Interrupted on SIGTERM and SIGINT, ConfigError when it cannot begin, AdapterError when a process dies.
    """
    if jobs == 1:
        return _replayed(plan, report)
    latest: dict[Connection, Progress] = {}
    processes = dict(map(_start, shares(plan, jobs)))
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        for connection, progress in _messages(processes):
            latest[connection] = progress
            report(together(latest.values()))
    except (AdapterError, KeyboardInterrupt):
        for process in processes.values():
            process.terminate()
        raise
    finally:
        for process in processes.values():
            process.join()
        signal.signal(signal.SIGTERM, previous)
    return together(latest.values())


def log(config: Config) -> None:
    """Logs as the service with this configuration would."""
    logs.configure(config.log.level, config.log.format, redact=redaction(config))


def together(parts: Iterable[Progress]) -> Progress:
    """The sum of what several have done."""
    whole = Progress(over=True)
    for part in parts:
        whole.over &= part.over
        whole.total += part.total
        whole.done += part.done
        whole.records += part.records
        whole.parked += part.parked
        whole.resumed += part.resumed
        whole.events += part.events
        for mapping, outcome in part.outcomes.items():
            whole.outcomes[mapping] += outcome
    return whole


def shares(plan: Replay, jobs: int) -> list[Replay]:
    """What each of so many processes is to do."""
    return [plan] if jobs == 1 else [_share(plan, job, jobs) for job in range(jobs)]


def _share(plan: Replay, job: int, jobs: int) -> Replay:
    """One job's plan, with a checkpoint and a core of its own and, where the sink is a file, a file of its own."""
    suffix = f"-{job + 1}of{jobs}"
    route = plan.config.routes[plan.route]
    sinks = plan.config.sinks | {route.sink: _own(plan.config.sinks[route.sink], suffix)}
    return replace(
        plan,
        config=plan.config.model_copy(update={"sinks": sinks, "cores": 1}),
        shard=plan.shard.part(job, jobs),
        state=plan.state.with_stem(plan.state.stem + suffix),
    )


def _own(settings: SinkSettings, suffix: str) -> SinkSettings:
    if isinstance(settings, FileSettings):
        return settings.model_copy(update={"path": settings.path.with_stem(settings.path.stem + suffix)})
    return settings


def _start(plan: Replay) -> tuple[Connection, BaseProcess]:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_job, args=(plan, theirs))
    process.start()
    theirs.close()
    return ours, process


def _job(plan: Replay, connection: Connection) -> None:
    """A process's work: it sends Progress as it goes, and at its end None, or what went wrong as text."""
    last = 0.0
    log(plan.config)

    def report(progress: Progress) -> None:
        nonlocal last
        if (now := time.monotonic()) - last >= REPORT_EVERY:
            last = now
            connection.send(progress)

    with suppress(BrokenPipeError):
        try:
            connection.send(_replayed(plan, report))
            connection.send(None)
        except AdapterError as error:
            connection.send(str(error))


def _messages(processes: Collection[Any]) -> Iterable[tuple[Connection, Progress]]:
    """What the processes send, until all have ended well."""
    open_: set[Any] = set(processes)
    while open_:
        for connection in wait(open_):
            assert isinstance(connection, Connection)  # noqa: S101  nothing else was waited for
            try:
                message = connection.recv()
            except EOFError:
                raise AdapterError("a process of the replay died; the same command goes on where it was") from None
            if isinstance(message, Progress):
                yield connection, message
            elif message is None:
                open_.remove(connection)
            else:
                raise AdapterError(message)


def _replayed(plan: Replay, report: Report) -> Progress:
    collect_seldom()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(_interruptible(plan, report))


async def _interruptible(plan: Replay, report: Report) -> Progress:
    work = asyncio.ensure_future(replay(plan, report))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, work.cancel)
    try:
        return await work
    except asyncio.CancelledError:
        raise Interrupted("interrupted; the same command goes on where it was") from None


def _interrupt(*_: object) -> None:
    raise Interrupted("interrupted; the same command goes on where it was")

"""`wrap`: a command between two events, for scripts and cron."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import complain
from adapters.cli.options import ConfigFile
from adapters.cli.sent import RouteName, Seconds, Source, To, flushed, here, target
from adapters.errors import AdapterError

if TYPE_CHECKING:
    from adapters.model import CDEvent
    from adapters.sending.story import Story
    from adapters.sending.target import Target

_Text = str | None
Name = Annotated[_Text, typer.Option(help="What it is a run of; the command, if not given.")]
Run = Annotated[_Text, typer.Option("--run", metavar="ID", help="The run's id; its name and time, if not given.")]
Tests = Annotated[bool, typer.Option("--tests", help="It is a run of tests: testsuiterun.* instead of taskrun.*.")]
Environment = Annotated[_Text, typer.Option(metavar="ID", help="Of --tests: where it runs; this host, if not given.")]
Reports = Annotated[
    list[str] | None, typer.Option("--report", metavar="GLOB", help="Reports of JUnit, TAP or Robot that it writes.")
]
Command = Annotated[list[str], typer.Argument(metavar="COMMAND...", help="Behind --, with its arguments.")]


def wrap(
    command: Command,
    name: Name = None,
    run: Run = None,
    source: Source = None,
    tests: Tests = False,
    environment: Environment = None,
    reports: Reports = None,
    config: ConfigFile = None,
    route: RouteName = None,
    to: To = None,
    seconds: Seconds = 10,
) -> None:
    """Run a command, and tell when it starts and how it ends: wrap --name nightly -- ./backup.sh.

    Its exit code is that of `wrap`, and signals reach it. What cannot be sent is kept, and never changes how it ends.
    """
    from adapters.sending.composing import now
    from adapters.sending.story import Story
    from adapters.sending.wrapping import run as run_it

    where, began, start = target(config, route, to), now(), time.time()
    called = name or Path(command[0]).name
    place = (environment or socket.gethostname()) if tests else None
    story = Story(called, source or here(), run or f"{called}/{began}", began, place)
    _kept(where, [story.started()])
    ended = run_it(command, Thread(target=_sent, args=(where, seconds, _nothing), daemon=True).start)
    if ended.code and ended.outcome != "failure":
        complain(ended.why)
    _kept(where, [*_reported(story, reports or (), start), story.finished(ended, now())])
    _sent(where, seconds, complain)
    raise typer.Exit(ended.code)


def _reported(story: Story, patterns: Sequence[str], start: float) -> list[CDEvent]:
    """The events of the reports that were written meanwhile."""
    from adapters.sending import reports

    problems: list[str] = []
    files = reports.written_since(patterns, start)
    found = [story.with_it(event) for event in reports.events(files, story.source, problems)]
    for problem in problems:
        complain(problem)
    return found


def _kept(where: Target, events: Sequence[CDEvent]) -> None:
    """Keeps what is valid; nothing that goes wrong with telling changes how the command ends."""
    from adapters.sending.composing import message

    for event in events:
        try:
            where.outbox.keep([message(event, where)])
        except (AdapterError, OSError) as error:
            complain(f"{event.name} of {event.subject_id} is not told: {error}")


def _sent(where: Target, seconds: float, tell: Callable[[str], None]) -> None:
    try:
        flushed(where, seconds, tell)
    except (AdapterError, OSError) as error:
        tell(f"nothing is sent: {error}")


def _nothing(_: str) -> None:
    """What is not sent while the command runs is told of at the end."""

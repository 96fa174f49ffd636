"""`wrap`: a command between two events, for scripts and cron."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import complain
from adapters.cli.options import ConfigFile
from adapters.cli.sent import OutboxFolder, RouteName, Seconds, Source, To, flushed, here, target

if TYPE_CHECKING:
    from adapters.model import CDEvent, Message
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
    outbox: OutboxFolder = None,
    seconds: Seconds = 10,
) -> None:
    """Run a command, and tell when it starts and how it ends: wrap --name nightly -- ./backup.sh.

    Its exit code is that of `wrap`, and signals reach it. What cannot be sent is kept, and never changes how it ends.
    """
    from adapters.sending.story import Story, readable
    from adapters.sending.wrapping import forwarding
    from adapters.sending.wrapping import run as run_it

    with forwarding() as signals:
        telling = _Telling(lambda: target(config, route, to, outbox), reports or (), seconds)
        began = _now()
        called = readable(name or Path(command[0]).name)
        place = readable(environment or socket.gethostname()) if tests else None
        story = Story(called, readable(source or here()), readable(run or f"{called}/{began}"), began, place)
        telling.keep(f"the start of {story.run}", lambda: [story.started()])
        ended = run_it(command, signals, Thread(target=telling.send, args=(_nothing,), daemon=True).start)
        if ended.code and ended.outcome != "failure":
            _tell(ended.why)
        telling.keep(f"a report of {story.run}", lambda: telling.reported(story))
        telling.keep(f"the end of {story.run}", lambda: [story.finished(ended, max(began, _now()))])
        signals.settled(ended.code)
        telling.send(_tell)
    raise typer.Exit(ended.code)


class _Telling:
    """What is told of a run, and where. Nothing that goes wrong with it changes whether and how the command runs."""

    def __init__(self, where: Callable[[], Target], patterns: Sequence[str], seconds: float) -> None:
        from adapters.sending import reports

        self._patterns: Sequence[str] = ()
        self._seconds = seconds
        self._where: Target | None = None
        with _aside("nothing is told of it"):
            self._where = where()
        with _aside("--report"):
            self._before = reports.matching(patterns)
            self._patterns = patterns

    def keep(self, what: str, made: Callable[[], Sequence[CDEvent]]) -> None:
        """Keeps those events that are valid."""
        from adapters.sending.composing import message

        if self._where is None:
            return
        with _aside(f"{what} is not told"):
            messages: list[Message] = []
            for event in made():
                with _aside(f"{event.name} of {event.subject_id} is not told"):
                    messages.append(message(event, self._where))
            if messages:
                self._where.outbox.keep(messages)

    def reported(self, story: Story) -> list[CDEvent]:
        """The events of the reports that were written meanwhile."""
        from adapters.sending import reports

        if not self._patterns:
            return []
        problems: list[str] = []
        files = reports.written(self._patterns, self._before)
        if not files:
            problems.append(f"no report was written: --report {' '.join(self._patterns)}")
        found = [story.with_it(event) for event in reports.events(files, story.source, problems)]
        for problem in problems:
            _tell(problem)
        return found

    def send(self, tell: Callable[[str], None]) -> None:
        """Sends what is kept, and tells what is not sent."""
        if self._where is not None:
            with _aside("nothing is sent", tell):
                flushed(self._where, self._seconds, tell)


def _now() -> str:
    from adapters.sending.composing import now

    return now()


def _tell(text: str) -> None:
    with suppress(OSError, ValueError):  # there is nobody to tell it to
        complain(text)


def _nothing(_: str) -> None:
    """What is not sent while the command runs is told of at the end."""


@contextmanager
def _aside(what: str, tell: Callable[[str], None] = _tell) -> Iterator[None]:
    """Tells what goes wrong, whatever it is, and goes on."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the command comes first
        tell(f"{what}: {_reason(error)}")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return str(error)

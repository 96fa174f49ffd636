"""`dead-letters`: the records that a route could not deliver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import Exit, complain, printable
from adapters.cli.journal import LAST, AsJson, JournalFile, Number, details, opened, table
from adapters.cli.options import ConfigFile

if TYPE_CHECKING:
    from adapters.journal.deadletters import DeadLetter
    from adapters.model import Notification

commands = typer.Typer(help="List, show, retry and drop records that could not be delivered.", no_args_is_help=True)

Route = Annotated[
    str | None,
    typer.Argument(metavar="ROUTE", help="Of this route; of every route, if not given.", show_default=False),
]
Numbers = Annotated[
    list[int] | None, typer.Argument(metavar="NUMBER", max=LAST, help="These records of the route.", show_default=False)
]
All = Annotated[bool, typer.Option("--all", help="All of the route, or of every route if none is given.")]
Body = Annotated[bool, typer.Option("--body", help="Nothing but the body, as it was kept, secrets and all.")]


@commands.command("list")
def list_(route: Route = None, config: ConfigFile = None, journal: JournalFile = None, as_json: AsJson = False) -> None:
    """List dead letters, with the reasons; with --json, one a line."""
    from adapters.journal import deadletters

    with opened(config, journal) as database:
        letters = deadletters.listed(database, route)
    if as_json:
        _print_json(letters)
    elif letters:
        columns = ("ROUTE", "NUMBER", "PARKED AT", "ATTEMPTS", "REASON")
        table(columns, ((each.route, each.seq, _time(each), _attempts(each), each.reason) for each in letters))


@commands.command()
def show(
    route: Annotated[str, typer.Argument(metavar="ROUTE")],
    number: Number,
    config: ConfigFile = None,
    journal: JournalFile = None,
    body: Body = False,
) -> None:
    """Show a dead letter whole: why it was parked, and what the tool sent, without what is secret by its name."""
    from adapters.journal import deadletters, log
    from adapters.sources.redaction.redactor import by_name

    with opened(config, journal) as database:
        letters = deadletters.listed(database, route, number)
        record = log.record(database, number)
    if not letters or record is None:
        raise _none(number)
    if body:
        typer.echo(record.notification.body)
        return
    heard = by_name()(record.notification)
    _print_letter(letters[0], heard)
    typer.echo(printable(heard.body.decode("utf-8", "replace")))


@commands.command()
def retry(
    route: Route = None,
    numbers: Numbers = None,
    every: All = False,
    config: ConfigFile = None,
    journal: JournalFile = None,
) -> None:
    """Have the service translate and deliver dead letters again: soon if it runs, or when it starts."""
    from adapters.journal import deadletters

    selected = _selected(numbers, every)
    with opened(config, journal) as database:
        _change(lambda number: deadletters.retry(database, route, number), selected, "marked for another attempt")


@commands.command()
def drop(
    route: Route = None,
    numbers: Numbers = None,
    every: All = False,
    config: ConfigFile = None,
    journal: JournalFile = None,
) -> None:
    """Give up dead letters: the route will never deliver them."""
    from adapters.journal import deadletters

    selected = _selected(numbers, every)
    with opened(config, journal) as database:
        _change(lambda number: deadletters.drop(database, route, number), selected, "dropped")


def _selected(numbers: list[int] | None, every: bool) -> list[int | None]:
    """The numbers of dead letters, None for all of them; a usage error unless it was said which."""
    if every == bool(numbers):
        raise typer.BadParameter("say which: ROUTE and one or more NUMBERs, or --all")
    return [*numbers] if numbers else [None]


def _change(change: Callable[[int | None], int], numbers: list[int | None], done: str) -> None:
    changed = {number: change(number) for number in numbers}
    typer.echo(f"{sum(changed.values())} {done}")
    if missing := [number for number, count in changed.items() if number is not None and not count]:
        raise _none(*missing)


def _none(*numbers: int) -> typer.Exit:
    complain(f"the route has no dead letter {', '.join(map(str, numbers))} (see `dead-letters list`)")
    return typer.Exit(Exit.PROBLEMS)


def _print_letter(letter: DeadLetter, heard: Notification) -> None:
    told = {
        "route": letter.route,
        "number": letter.seq,
        "parked at": _time(letter),
        "attempts": _attempts(letter),
        "reason": letter.reason,
        **details(heard),
    }
    for name, value in told.items():
        typer.echo(printable(f"{name}: {value}"))
    typer.echo()


def _time(letter: DeadLetter) -> str:
    return letter.parked_at.isoformat(timespec="seconds")


def _attempts(letter: DeadLetter) -> str:
    return f"{letter.attempts}, to be tried again" if letter.retry else str(letter.attempts)


def _print_json(letters: list[DeadLetter]) -> None:
    import orjson

    for letter in letters:
        typer.echo(orjson.dumps(asdict(letter)))

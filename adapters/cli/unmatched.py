"""`unmatched`: what tools said that no rule covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import Exit, complain, printable
from adapters.cli.journal import AsJson, JournalFile, Number, details, opened, table
from adapters.cli.options import ConfigFile, configuration
from adapters.errors import MappingError

if TYPE_CHECKING:
    from adapters.mapping import Translator
    from adapters.model import Notification
    from adapters.replay.unmatched import Group

commands = typer.Typer(help="List and show what no rule of a mapping covers.", no_args_is_help=True)

Source = Annotated[
    str, typer.Argument(metavar="SOURCE", help="Of this source; of every source, if not given.", show_default=False)
]


@commands.command("list")
def list_(source: Source = "", config: ConfigFile = None, journal: JournalFile = None, as_json: AsJson = False) -> None:
    """List what no rule covers, by reason, the most frequent first; with --json, one a line."""
    from adapters.redaction import redaction
    from adapters.replay.unmatched import Unmatched
    from adapters.translators import Translators

    settings = configuration(config)
    if source and source not in settings.sources:
        raise typer.BadParameter(f"there is no '{source}': {', '.join(settings.sources)}", param_hint="SOURCE")
    current = Translators(settings.sources, settings.placed).current
    with opened(config, journal or settings.journal.path) as database:
        found = Unmatched(current, redaction(settings), source).look(database.path)
    if as_json:
        _print_json(found)
    elif found:
        columns = ("SOURCE", "RECORDS", "LAST HEARD", "NUMBER", "REASON")
        table(columns, ((each.source, each.count, _time(each), each.number, each.reason) for each in found))


@commands.command()
def show(number: Number, config: ConfigFile = None, journal: JournalFile = None) -> None:
    """Show a notification whole, and of each rule why it did not fire."""
    from adapters.journal import log
    from adapters.redaction import redaction
    from adapters.sources.redaction.redactor import by_name
    from adapters.translators import Translators

    settings = configuration(config)
    with opened(config, journal or settings.journal.path) as database:
        record = log.record(database, number)
    if record is None:
        complain(f"the journal has no notification {number} (see `unmatched list`)")
        raise typer.Exit(Exit.PROBLEMS)
    redact, heard = redaction(settings), record.notification
    translator = Translators(settings.sources, settings.placed).current(heard.source)
    shown = by_name()(heard)
    body = shown.body.decode("utf-8", "replace")
    told = (f"{name}: {value}" for name, value in {"number": number, **details(shown)}.items())
    for line in (*told, "", body, "", *_explained(translator, heard)):
        typer.echo(printable(redact(line)))


def _explained(translator: Translator | None, heard: Notification) -> Iterator[str]:
    from adapters.mapping.explain import explain

    if translator is None:
        yield f"the source {heard.source} has no mapping"
        return
    try:
        yield from explain(translator, heard)
    except MappingError as error:
        yield f"it cannot be translated: {error}"


def _time(group: Group) -> str:
    return group.heard.isoformat(timespec="seconds")


def _print_json(found: Iterable[Group]) -> None:
    import orjson

    for group in found:
        typer.echo(orjson.dumps(asdict(group)))

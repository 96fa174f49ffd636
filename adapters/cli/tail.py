"""`tail`: events as they are heard, out of the journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import complain, printable
from adapters.cli.journal import LAST, JournalFile, opened
from adapters.cli.options import ConfigFile, configuration, moment
from adapters.model import Format

if TYPE_CHECKING:
    from rich.text import Text

    from adapters.lineage.watching import Seen
    from adapters.sources.redaction.redactor import Redact

_STARRED = "; `*` at the end for all that begin so."
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only what this source heard.")]
Types = Annotated[
    list[str] | None, typer.Option("--type", help=f"Only events of this type, as change.merged{_STARRED}")
]
Subjects = Annotated[list[str] | None, typer.Option("--subject", metavar="ID", help=f"Only of this subject{_STARRED}")]
Chains = Annotated[list[str] | None, typer.Option("--chain", metavar="ID", help=f"Only of this chain{_STARRED}")]
Legacy = Annotated[bool, typer.Option("--legacy", help="What the tools said, in place of its CDEvents.")]
Since = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="TIME", help="Begin with what was heard from this time on, in ISO 8601."),
]
Lines = Annotated[int, typer.Option("-n", min=0, max=LAST, metavar="N", help="Begin with the last N notifications.")]
Json = Annotated[bool, typer.Option("--json", help="Each event as a CloudEvent, one a line.")]
Follow = Annotated[bool, typer.Option(help="Go on with what comes, until Ctrl-C.")]

_LOOKED_AT, _LONGEST = 4096, 160
"""Bytes of what a tool said that are looked at for a line, and characters that are shown of them."""


def tail(
    sources: Sources = None,
    types: Types = None,
    subjects: Subjects = None,
    chains: Chains = None,
    legacy: Legacy = False,
    since: Since = None,
    lines: Lines = 10,
    follow: Follow = True,
    as_json: Json = False,
    config: ConfigFile = None,
    journal: JournalFile = None,
) -> None:
    """Show events as they are heard: the journal, translated by the mappings of today. Ends with Ctrl-C."""
    from rich.console import Console

    from adapters.cdevents.cloudevents import structured
    from adapters.journal import following, log
    from adapters.lineage.watching import Wanted, watching
    from adapters.redaction import redaction
    from adapters.sources.redaction.redactor import by_name

    settings = configuration(config)
    _check(sources or (), types or (), settings.sources)
    wanted = Wanted(sources or (), types or (), subjects or (), chains or ())
    redact, bare = redaction(settings), by_name()
    seen = watching(settings, wanted, Format.LEGACY if legacy else Format.CDEVENTS, lambda text: complain(redact(text)))
    console = Console(highlight=False)
    with opened(config, journal or settings.journal.path) as database, suppress(KeyboardInterrupt):
        after = log.before(database, since) if since else log.back(database, lines)
        for each in (each for record in following.follow(database, after, endless=follow) for each in seen(record)):
            if as_json:
                typer.echo(redact(structured(each.message).decode()))
            else:
                console.print(_line(each, redact, bare), soft_wrap=True)


def _check(sources: Collection[str], types: Collection[str], configured: Collection[str]) -> None:
    """A usage error for what would never be shown."""
    from adapters.cdevents.selection import possible

    if unknown := [name for name in sources if name not in configured]:
        raise typer.BadParameter(f"there is no '{unknown[0]}': {', '.join(configured)}", param_hint="--source")
    if unknown := [pattern for pattern in types if not possible(pattern)]:
        raise typer.BadParameter(f"there is no event '{unknown[0]}' in the vocabulary", param_hint="--type")


def _line(seen: Seen, redact: Callable[[str], str], bare: Redact) -> Text:
    from rich.text import Text

    words = ((printable(text), style) for text, style in _words(seen, redact, bare) if text)
    return Text("  ").join(Text(word, style) for word, style in words)


def _words(seen: Seen, redact: Callable[[str], str], bare: Redact) -> Iterator[tuple[str, str]]:
    """What is on a line, and how it is shown."""
    heard, event = seen.record.notification, seen.event
    if event is None:
        yield heard.received_at.isoformat(timespec="milliseconds"), "dim"
        yield heard.source, "cyan"
        yield seen.message.attributes["type"], "bold"
        whole = bare(heard).body  # first: half a secret is not known as one
        said = redact(whole[:_LOOKED_AT].decode("utf-8", "replace"))
        yield " ".join(said.split())[:_LONGEST], ""
        return
    yield event.time, "dim"
    yield heard.source, "cyan"
    yield event.name, "bold"
    yield redact(event.subject), ""
    yield event.outcome or "", "green" if event.outcome == "success" else "red"
    yield event.environment or "", ""
    yield event.chain or "", "dim"

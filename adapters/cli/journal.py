"""What the commands that look into the journal share. All of them work while the service runs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import printable
from adapters.cli.options import configuration

if TYPE_CHECKING:
    from adapters.journal import Database
    from adapters.model import Notification

JournalFile = Annotated[
    Path | None,
    typer.Option("--journal", metavar="FILE", help="The journal's file, if not as the configuration says."),
]
LAST = (1 << 63) - 1
"""The largest number that SQLite has; no record has a larger one."""

Number = Annotated[int, typer.Argument(metavar="NUMBER", max=LAST)]
"""That of a record."""

AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]


@contextmanager
def opened(config: Path | None, journal: Path | None) -> Iterator[Database]:
    """The journal of a configuration, or in a file. Raises ConfigError or JournalUnavailable."""
    from adapters.errors import JournalUnavailable
    from adapters.journal import Database

    path = journal or configuration(config).journal.path
    if not path.exists():
        raise JournalUnavailable(f"journal {path}: there is none; has the service run, and in this directory?")
    with Database(path) as database:
        yield database


def details(heard: Notification) -> dict[str, object]:
    """What there is to say of a notification beside its body, by name."""
    return {
        "source": heard.source,
        "received at": heard.received_at.isoformat(timespec="milliseconds"),
        **{f"header {name}": value for name, value in heard.headers.items()},
    }


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under their columns: laid out on a terminal, otherwise each on one line with tabs between its cells."""
    cells = [[printable(str(cell)) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in (columns, *cells):
            typer.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    result = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in cells:
        result.add_row(*map(Text, row))
    Console().print(result)

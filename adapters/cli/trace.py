"""`trace`: the story of a change, run or artifact, as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import Exit, complain, printable
from adapters.cli.options import ConfigFile, configuration

if TYPE_CHECKING:
    from rich.tree import Tree

    from adapters.lineage.tree import Node

Wanted = Annotated[
    str, typer.Argument(metavar="ID", help="The id of an event, a subject or a chain, or an artifact's package URL.")
]
Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help="Files of events, one a line; the journal, if not given.", show_default=False),
]


_WIDE = 1000
"""Columns where nobody looks: a line of a file is a whole one."""


def trace(wanted: Wanted, files: Files = None, config: ConfigFile = None) -> None:
    """Tell what followed from what, as a tree: all that a chain, links or an artifact join to an id."""
    from rich.console import Console

    from adapters.lineage import reading
    from adapters.lineage.story import story

    if files:
        events = reading.from_files(files)
    else:
        settings = configuration(config)
        events = reading.from_journal(settings.journal.path, settings)
    trees = story(events, wanted)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDE
    for node in trees:
        console.print(_tree(node))
    if not trees:
        complain(f"no event has the id, subject or chain {wanted}")
        raise typer.Exit(Exit.PROBLEMS)


def _tree(node: Node, into: Tree | None = None) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    event = node.event
    words = f"{event.time}  {event.name}  {event.subject}" + (f"  {event.outcome}" if event.outcome else "")
    label = Text(printable(words))
    tree = into.add(label) if into else Tree(label)
    for child in node.children:
        _tree(child, tree)
    return tree

"""`trace`: the story of a change, run or artifact, as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import Exit, complain, printable
from adapters.cli.options import ConfigFile, journalled

if TYPE_CHECKING:
    from rich.text import Text
    from rich.tree import Tree

    from adapters.lineage.event import Event
    from adapters.lineage.tree import Node

Wanted = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="The id of an event, a subject, a service or a chain; a commit; a change's number; the URL of a change or "
        "run; an artifact's package URL, an image or a digest.",
    ),
]
Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help="Files of events, one a line; the journal, if not given.", show_default=False),
]

_WIDE = 1_000_000
"""Columns where nobody looks: a line of a file is a whole one."""


def trace(wanted: Wanted, files: Files = None, config: ConfigFile = None) -> None:
    """Tell what followed from what, as a tree: all that a chain, links or an artifact join to an id."""
    from rich.console import Console

    from adapters.lineage.reading import events
    from adapters.lineage.story import story
    from adapters.replay.archive import bodies

    trees = story(events(bodies(files) if files else journalled(config)), wanted)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDE
    for node in trees:
        console.print(_tree(node))
    if not trees:
        complain(f"no event has the id, subject, service, chain, commit, change or artifact {wanted}")
        raise typer.Exit(Exit.PROBLEMS)


def _tree(root: Node) -> Tree:
    """Built without recursion: a job that starts itself makes a story as deep as it is old."""
    from rich.tree import Tree

    tree = Tree(_label(root.event))
    waiting = [(tree, root)]
    while waiting:
        above, node = waiting.pop()
        waiting.extend((above.add(_label(child.event)), child) for child in node.children)
    return tree


def _label(event: Event) -> Text:
    from rich.text import Text

    words = (event.time, event.name, event.subject, event.outcome, event.environment)
    return Text(printable("  ".join(filter(None, words))))

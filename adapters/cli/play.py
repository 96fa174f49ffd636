"""`play`: a mapping written in the browser, with what comes of its examples beside it."""

from __future__ import annotations

from typing import Annotated

import typer

from adapters.cli.exits import printable

Mapping = Annotated[
    str, typer.Argument(metavar="MAPPING", help="A shipped name (jenkins/notification) or a path.", show_default=False)
]
Write = Annotated[bool, typer.Option("--write", help="Let the page save the mapping, and examples of it.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 for any that is free.")]


def play(mapping: Mapping, write: Write = False, port: Port = 0) -> None:
    """Open the playground on a mapping's folder, for this machine only; ends with Ctrl-C.

    Without --write nothing is written, and what was made is downloaded as an archive.
    """
    from adapters.console.play import play as playing
    from adapters.mapping import library
    from adapters.playground.folder import Folder

    path = library.either(mapping)
    shipped = not path.is_relative_to(mapping)
    if write and shipped:
        raise typer.BadParameter("what comes with the package is not written: copy its folder", param_hint="--write")
    folder = Folder(mapping if shipped else path.absolute().parent.name, path, writable=write)
    playing(folder, f"127.0.0.1:{port}", lambda url: typer.echo(printable(f"{folder.name}: {url}playground")))

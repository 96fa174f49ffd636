"""`schema`: what editors complete from, and what custom events are held to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.exits import count


class Of(StrEnum):
    """The files that people write; and the custom events that mappings make."""

    MAPPING = "mapping"
    SHARED = "shared"
    EXPORT = "export"
    CONFIG = "config"
    EVENTS = "events"


_Of = Annotated[Of, typer.Argument(metavar="mapping|shared|export|config|events", show_default=False)]
Mappings = Annotated[
    list[str] | None,
    typer.Argument(metavar="MAPPING", help="Of events: shipped names or paths; all shipped ones, if none is given."),
]
At = Annotated[str, typer.Option(metavar="URL", help="Of events: the folder where their schemas are published.")]
Write = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Of events: write a file for each type, instead of printing them.")
]


def schema(of: _Of, mappings: Mappings = None, at: At = "", write: Write = None) -> None:
    """Print the JSON Schema of a kind of file, for editors to complete and check it; or those of custom events.

    In VS Code (extension YAML) the file's first line names it: # yaml-language-server: $schema=mapping.schema.json

    `schema events --at https://ci.example.com/schemas --write schemas` writes what a route's `schemas` then names.
    """
    if of is Of.EVENTS:
        _events(mappings, at, write)
        return
    if mappings or at or write:
        raise typer.BadParameter("MAPPING, --at and --write are for events", param_hint="schema")
    from adapters import config
    from adapters.mapping import schema as mapping

    schemas = {
        Of.MAPPING: mapping.schema,
        Of.SHARED: mapping.shared_schema,
        Of.EXPORT: mapping.export_schema,
        Of.CONFIG: config.schema,
    }
    typer.echo(_written(schemas[of]()))


def _events(mappings: list[str] | None, at: str, write: Path | None) -> None:
    from adapters.mapping import custom, library

    names = mappings or library.shipped()
    found = custom.schemas((library.document(library.find(name), {}) for name in names), at)
    if write is None:
        typer.echo(_written(found))
        return
    write.mkdir(parents=True, exist_ok=True)
    for type_, each in found.items():
        (write / f"{type_}.json").write_bytes(_written(each) + b"\n")
    typer.echo(f"wrote {count(len(found), 'schema')} to {write}")


def _written(value: object) -> bytes:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2)

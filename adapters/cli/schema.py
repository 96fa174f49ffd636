"""`schema`: what editors complete from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Of(StrEnum):
    """The files that people write."""

    MAPPING = "mapping"
    SHARED = "shared"
    EXPORT = "export"
    CONFIG = "config"


def schema(of: Annotated[Of, typer.Argument(metavar="mapping|shared|export|config", show_default=False)]) -> None:
    """Print the JSON Schema of a kind of file, for editors to complete and check it.

    In VS Code (extension YAML) the file's first line names it: # yaml-language-server: $schema=mapping.schema.json
    """
    import orjson

    from adapters import config
    from adapters.mapping import schema as mapping

    schemas = {
        Of.MAPPING: mapping.schema,
        Of.SHARED: mapping.shared_schema,
        Of.EXPORT: mapping.export_schema,
        Of.CONFIG: config.schema,
    }
    typer.echo(orjson.dumps(schemas[of](), option=orjson.OPT_INDENT_2))

"""`settings`: what a configuration comes to, and where each value is from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapters.cli.exits import printable
from adapters.cli.options import ConfigFile, configuration

if TYPE_CHECKING:
    from adapters.config import Config
    from adapters.yamlfile import Location

Said = Annotated[bool, typer.Option("--said", help="Only what a file or the environment says, no defaults.")]


def settings(config: ConfigFile = None, said: Said = False) -> None:
    """Show every setting, and where it is from: a place of the file, a variable of the environment, or the default.

    A secret is never shown, nor what looks like one by its name.
    """
    from adapters.redaction import redaction

    loaded = configuration(config)
    redact = redaction(loaded)
    for at, value in _leaves(_shown(loaded), ()):
        where = loaded.origin(at)
        if where or not said:
            typer.echo(printable(redact(f"{'.'.join(map(str, at))} = {_written(value)}  # {where or 'default'}")))


def _shown(config: Config) -> Any:
    """All of it as plain values, without what is secret."""
    import orjson

    from adapters.model import Notification
    from adapters.sources.redaction.redactor import by_name

    body = orjson.dumps(config.model_dump(mode="json", by_alias=True, serialize_as_any=True))
    bare = by_name()(Notification("", body, datetime.now(UTC), {}))
    return orjson.loads(bare.body)


def _leaves(value: Any, at: Location) -> Iterator[tuple[Location, Any]]:
    """Every value that has none in it."""
    if not (value and isinstance(value, dict | list)):
        yield at, value
        return
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _leaves(each, (*at, key))


def _written(value: Any) -> str:
    import orjson

    return orjson.dumps(value).decode()

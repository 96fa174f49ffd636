"""What is replayed by a mapping that the command line names, instead of the one that a configuration has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from adapters.config import Config
from adapters.errors import AdapterError
from adapters.goldens import context
from adapters.reach.files import writable_file
from adapters.reading.units import kept_sources
from adapters.replay.archive import journals

ANY = "replay"
"""What the source is called where nothing says of which one the notifications are."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the command line says of a source."""

    mapping: str | None
    instance: str | None
    variables: Mapping[str, Any]
    source: str | None


def alone(told: Told, inputs: Sequence[str], output: str | None, *, dry_run: bool) -> Config:
    """The configuration that a mapping, a URL and a file stand for; a usage error unless the tool has a URL.

    Every id is made of that: under the URL of the examples, a consumer would take events for those of another tool.
    """
    mapping = told.mapping or ""
    example = context(mapping).instance
    if told.instance is None and not dry_run:
        message = f"say which tool the history is of, by its URL (the mapping's examples have {example}), or --dry-run"
        raise typer.BadParameter(message, param_hint="--instance")
    if output and not dry_run:
        _check_writable(Path(output))
    source = {"type": "webhook", "path": "/", "instance": told.instance or example, "mapping": mapping}
    return Config.model_validate(
        {
            "sources": {_source(told.source, journals(inputs)): source},
            "sinks": {"output": {"type": "file", "path": output} if output else {"type": "stdout"}},
            "routes": {"replay": {"format": "cdevents", "sink": "output"}},
        }
    )


def _check_writable(output: Path) -> None:
    """A sink of a service waits for its disk; who has just typed a name is told."""
    try:
        writable_file(output)
    except AdapterError as error:
        raise typer.BadParameter(str(error), param_hint="--output") from None


def changed(config: Config, source: str, told: Told) -> Config:
    """The configuration with what is said of its source."""
    settings = config.sources[source]
    update = {
        "mapping": told.mapping or settings.mapping,
        "instance": told.instance or settings.instance,
        "variables": {**settings.variables, **told.variables},
    }
    return config.model_copy(update={"sources": {**config.sources, source: settings.model_copy(update=update)}})


def _source(given: str | None, kept: Sequence[Path]) -> str:
    """The source whose notifications are meant: the only one of the journals, if none is named."""
    found = sorted({name for path in kept for name in kept_sources(path)})
    if given is not None and kept and given not in found:
        raise typer.BadParameter(f"there is no '{given}' in the journal: {', '.join(found)}", param_hint="--source")
    if given is None and len(found) > 1:
        raise typer.BadParameter(f"say which of the journal's: {', '.join(found)}", param_hint="--source")
    return given or next(iter(found), ANY)

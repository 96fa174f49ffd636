"""`init NAME --from SAMPLE...`: a mapping's folder, proposed from what a tool said."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import typer

from adapters.cli.exits import count, printable


def propose(folder: Path, samples: Sequence[Path], instance: str | None) -> None:
    """Writes the folder, and says what to do next. Raises ConfigError where it cannot."""
    from adapters.scaffold.folder import scaffold
    from adapters.scaffold.samples import read

    tool = _tool(folder)
    url = instance or f"https://{tool}.example.com/"
    _check(url)
    made = scaffold(folder, read(samples), tool=tool, instance=url, head=_head(folder, tool))
    said = f"{count(made.examples, 'golden')}, {count(made.events, 'event')}, fine"
    typer.echo(f"{folder}: written: {said}. Read mapping.yaml: what it says was guessed from names and values.")
    typer.echo(f"Next: leave no secret in its inputs, mend it, and cdevents-adapters check --update {folder}")


def _tool(folder: Path) -> str:
    """What the tool is called: `acme` of `mappings/acme/webhook`."""
    names = [re.sub("[^a-z0-9]", "", part.lower()) for part in folder.parts[-2:]]
    return next(filter(None, names), "tool")


def _check(instance: str) -> None:
    from pydantic import ValidationError

    from adapters.settings.full import checked
    from adapters.sources.contract import Instance

    try:
        checked(Instance, instance)
    except ValidationError as error:
        raise typer.BadParameter(error.errors()[0]["msg"], param_hint="--instance") from None


def _head(folder: Path, tool: str) -> list[str]:
    """The comment above the mapping: on lines of its own, whatever the folder is called."""
    where = " ".join(printable(str(folder)).split())
    return [
        f"{tool.capitalize()}: proposed by `init --from`, which had only names and values to go by.",
        f"Its source: {{type: webhook, path: /{tool}, instance: <its URL>, mapping: {where}}}",
    ]

"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapters.places import NAMED, chosen

if TYPE_CHECKING:
    from adapters.config import Config

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        envvar=NAMED,
        help="The configuration; the first that there is of those that `init --help` names, if not given.",
    ),
]


def configuration(file: Path | None) -> Config:
    """The configuration in a file, or else the one that is `chosen`. Raises ConfigError."""
    from adapters import config

    return config.load(chosen(file))


def journalled(file: Path | None) -> Iterator[bytes]:
    """The CDEvents of what the journal of a configuration holds; raises ConfigError, also where there is no journal."""
    from adapters.replay.published import published

    settings = configuration(file)
    return published(settings.journal.path, settings)


def moment(text: str) -> datetime:
    """A time of the command line, aware: in UTC where it does not say."""
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


Variables = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="One of the mapping's variables.")
]


def values(variables: Iterable[str] | None) -> dict[str, Any]:
    """The variables as a configuration would have them: `true` and `7` are no text."""
    from adapters import yamlfile

    given = pairs(variables or (), "--set")
    return {name: yamlfile.parse(text, f"--set {name}").data if text else "" for name, text in given.items()}


def pairs(options: Iterable[str], name: str) -> dict[str, str]:
    """`NAME=VALUE` options as a dictionary; raises a usage error that names the option."""
    result: dict[str, str] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals or not key:
            raise typer.BadParameter(f"'{option}' is not NAME=VALUE", param_hint=name)
        result[key] = value
    return result

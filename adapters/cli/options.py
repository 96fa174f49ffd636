"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.resources import resource

if TYPE_CHECKING:
    from adapters.config import Config

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        envvar="CDEVENTS_ADAPTERS_CONFIG",
        help="The configuration; the one that comes with the package, if not given.",
    ),
]


def configuration(file: Path | None) -> Config:
    """The configuration in a file, or the one that comes with the package. Raises ConfigError."""
    from adapters import config

    return config.load(file or resource("config") / "default.yaml")


def pairs(options: Iterable[str], name: str) -> dict[str, str]:
    """`NAME=VALUE` options as a dictionary; raises a usage error that names the option."""
    result: dict[str, str] = {}
    for option in options:
        key, equals, value = option.partition("=")
        if not equals or not key:
            raise typer.BadParameter(f"'{option}' is not NAME=VALUE", param_hint=name)
        result[key] = value
    return result

"""Where a configuration is."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.errors import ConfigError, Problem
from adapters.resources import resource

NAMED = "CDEVENTS_ADAPTERS_CONFIG"
"""The variable of the environment that names a configuration."""

PLACES = (
    "cdevents-adapters.yaml",
    "config/cdevents-adapters.yaml",
    "$XDG_CONFIG_HOME/cdevents-adapters/adapters.yaml",
    "/etc/cdevents-adapters/adapters.yaml",
)
"""Where a configuration is looked for, in this order; without $XDG_CONFIG_HOME it is ~/.config."""


def chosen(file: Path | None) -> Path:
    """The file, or else the first that there is of PLACES, or else the one that comes with the package.

    Raises ConfigError for one that the environment names and that there is not.
    """
    if file is not None and str(file) == os.environ.get(NAMED) and not file.exists():
        raise ConfigError([Problem(str(file), "there is no such file", f"mend {NAMED}, which names it")])
    home = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    places = (Path(place.replace("$XDG_CONFIG_HOME", home)) for place in PLACES)
    return file or next((place for place in places if place.is_file()), resource("config") / "default.yaml")

"""What is installed only where it is wanted: the extras of this package."""

from __future__ import annotations

from importlib.util import find_spec

from adapters.errors import ConfigError, Problem


def need(extra: str, module: str) -> None:
    """Raises ConfigError unless an extra's client is installed."""
    if not _installed(module):
        raise ConfigError([Problem(extra, f"{module} is not installed", f"pip install 'cdevents-adapters[{extra}]'")])


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even what it would be a part of
        return False

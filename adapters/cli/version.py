"""`version`: what is installed, for a report of a bug."""

from __future__ import annotations

import re
from collections.abc import Mapping

import typer

from adapters.cli.journal import AsJson

_PACKAGE = "cdevents-adapters"
_ALL = "all"
_OF_EXTRA = re.compile(r"""([A-Za-z0-9._-]+).*;.*extra\s*==\s*["']([\w-]+)["']""")


def version(as_json: AsJson = False) -> None:
    """Show the versions of the package, of CDEvents and CloudEvents, of Python, and of what each extra installs."""
    import platform
    from importlib import metadata

    import orjson

    from adapters.model import Spec

    extras = _extras()
    if as_json:
        found = {"version": metadata.version(_PACKAGE), "cdevents": [*Spec], "cloudevents": "1.0"}
        typer.echo(orjson.dumps({**found, "python": platform.python_version(), "extras": extras}))
        return
    typer.echo(f"{_PACKAGE} {metadata.version(_PACKAGE)}")
    typer.echo(f"CDEvents {', '.join(reversed(Spec))}; CloudEvents 1.0")
    typer.echo(f"Python {platform.python_version()}, {platform.platform()}")
    for extra, packages in extras.items():
        lacks = any(each is None for each in packages.values())
        told = ", ".join(f"{name} {each or 'is not installed'}" for name, each in packages.items())
        hint = f" (pip install '{_PACKAGE}[{extra}]')" if lacks else ""
        typer.echo(f"  {extra}: {told}{hint}")


def _extras() -> Mapping[str, Mapping[str, str | None]]:
    """Of each extra the packages that it installs, with their versions; None for what is not installed."""
    from importlib import metadata

    found: dict[str, dict[str, str | None]] = {}
    for requirement in metadata.requires(_PACKAGE) or ():
        if (match := _OF_EXTRA.match(requirement)) and match[2] != _ALL:
            found.setdefault(match[2], {})[match[1]] = _installed(match[1])
    return found


def _installed(name: str) -> str | None:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None

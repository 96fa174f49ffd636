"""Finds mappings: shipped ones by name, a user's by path."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.errors import ConfigError, Problem
from adapters.mapping import includes
from adapters.mapping.blame import to_blame
from adapters.mapping.compiler import WrongVariables, compiled
from adapters.mapping.includes import LookedAt
from adapters.mapping.lookups import looked_up
from adapters.mapping.translator import Translator
from adapters.resources import resource
from adapters.yamlfile import Placed, YamlFile, is_file, suggestion

FILE = "mapping.yaml"


def shipped() -> list[str]:
    """The names of the mappings that come with the package, such as `jenkins/notification`."""
    root = resource("mappings")
    return sorted(file.parent.relative_to(root).as_posix() for file in root.rglob(FILE))


def find(reference: str | Path, asked: Placed | None = None) -> Path:
    """The file of a mapping: a shipped name, a folder with a `mapping.yaml`, or a file. Raises ConfigError.

    `asked` tells of what is asked for where that is written: `mapping`, and `variables` by their names.
    """
    for candidate in (Path(reference), Path(reference) / FILE, resource("mappings") / reference / FILE):
        if is_file(candidate):
            return candidate
    hint = _instead(Path(reference))
    if asked is not None:
        raise ConfigError([asked(("mapping",), f"there is no mapping '{reference}'", hint)])
    raise ConfigError([Problem(str(reference), "there is no such mapping", hint)])


def _instead(reference: Path) -> str:
    if reference.is_dir():
        return f"the folder has no {FILE}"
    return suggestion(str(reference), shipped()) or f"shipped are {', '.join(shipped())}"


def load(  # noqa: PLR0913 - what a mapping is bound to
    reference: str | Path,
    *,
    instance: str,
    variables: Mapping[str, Any],
    folder: Path = Path(),
    looked_at: LookedAt = lambda _: None,
    asked: Placed | None = None,
    written: str | None = None,
) -> Translator:
    """The mapping at a reference, bound to a tool's instance. Raises ConfigError with every problem of its files.

    `folder` is where files are that its variables name; `looked_at` is told of each file that it is made of. What is
    wrong with what is asked for is told as `asked` places it, instead of in the mapping. `written` is in place of what
    the mapping's own file has.
    """
    path = find(reference, asked)
    name = path.parent.relative_to(root).as_posix() if path.is_relative_to(root := resource("mappings")) else str(path)

    def made(given: Mapping[str, Any], asked: Placed | None = asked) -> Translator:
        return compiled(document(path, given, folder, looked_at, written), name, path, instance, given, asked=asked)

    try:
        return made(variables)
    except WrongVariables:
        raise
    except ConfigError as error:
        if asked is None:
            raise
        raise ConfigError(to_blame(error.problems, variables, asked, lambda given: made(given, None))) from None


def document(
    path: Path,
    variables: Mapping[str, Any],
    folder: Path = Path(),
    looked_at: LookedAt = lambda _: None,
    written: str | None = None,
) -> YamlFile:
    """The mapping file at a path with what it includes and looks up. Raises ConfigError with every problem of these."""
    return looked_up(includes.load(path, looked_at, written), variables, folder, looked_at)

"""Finds mappings: shipped ones by name, a user's by path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from adapters.errors import ConfigError, Problem
from adapters.mapping import includes
from adapters.mapping.blame import to_blame
from adapters.mapping.compiler import compiled
from adapters.mapping.compiling import WrongVariables
from adapters.mapping.export.compiler import Exporter, exporter
from adapters.mapping.export.document import ExportFile
from adapters.mapping.includes import LookedAt
from adapters.mapping.lookups import looked_up
from adapters.mapping.translator import Made, Mapper, Translator
from adapters.resources import resource
from adapters.yamlfile import Placed, YamlFile, is_file, suggestion

FILE = "mapping.yaml"
EXPORT = "export.yaml"
"""The file of an export mapping."""


def shipped(file: str = FILE) -> list[str]:
    """The names of the mappings that come with the package, such as `jenkins/notification`; or of the exports."""
    root = resource("mappings")
    return sorted(each.parent.relative_to(root).as_posix() for each in root.rglob(file))


def is_export(reference: str | Path) -> bool:
    """Whether there is an export mapping, and no other, at a reference: the file of one is called `export.yaml`."""
    return next(filter(is_file, _candidates(reference, FILE, EXPORT)), Path()).name == EXPORT


def either(reference: str | Path) -> Path:
    """The file of a mapping of either kind. Raises ConfigError."""
    return find(reference, file=EXPORT if is_export(reference) else FILE)


def find(reference: str | Path, asked: Placed | None = None, file: str = FILE) -> Path:
    """The file of a mapping: a shipped name, a folder with a `mapping.yaml`, or a file. Raises ConfigError.

    `asked` tells of what is asked for where that is written: `mapping`, and `variables` by their names. `file` is what
    files of that kind are called.
    """
    if (found := next(filter(is_file, _candidates(reference, file)), None)) is not None:
        return found
    hint = _instead(Path(reference), file)
    if asked is not None:
        raise ConfigError([asked(("mapping",), f"there is no mapping '{reference}'", hint)])
    raise ConfigError([Problem(str(reference), "there is no such mapping", hint)])


def _candidates(reference: str | Path, *files: str) -> Iterator[Path]:
    yield Path(reference)
    for folder in (Path(), resource("mappings")):
        yield from (folder / reference / file for file in files)


def _instead(reference: Path, file: str) -> str:
    if reference.is_dir():
        return f"the folder has no {file}"
    return suggestion(str(reference), shipped(file)) or f"shipped are {', '.join(shipped(file))}"


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

    def made(given: Mapping[str, Any], asked: Placed | None = asked) -> Translator:
        file = document(path, given, folder, looked_at, written)
        return compiled(file, _name(path), path, instance, given, asked=asked)

    return _blamed(made, variables, asked)


def load_export(  # noqa: PLR0913 - the same
    reference: str | Path,
    *,
    variables: Mapping[str, Any],
    folder: Path = Path(),
    looked_at: LookedAt = lambda _: None,
    asked: Placed | None = None,
    written: str | None = None,
) -> Exporter:
    """The export mapping at a reference, with variables; all else is as for `load`."""
    path = find(reference, asked, EXPORT)

    def made(given: Mapping[str, Any], asked: Placed | None = asked) -> Exporter:
        file = export_document(path, given, folder, looked_at, written)
        return exporter(file, _name(path), path, given, asked=asked)

    return _blamed(made, variables, asked)


def _name(path: Path) -> str:
    root = resource("mappings")
    return path.parent.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


def _blamed(
    made: Callable[[Mapping[str, Any], Placed | None], Mapper[Made]],
    variables: Mapping[str, Any],
    asked: Placed | None,
) -> Mapper[Made]:
    """What is made with variables; where that fails for one of them, it is told where that is written."""
    try:
        return made(variables, asked)
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


def export_document(
    path: Path,
    variables: Mapping[str, Any],
    folder: Path = Path(),
    looked_at: LookedAt = lambda _: None,
    written: str | None = None,
) -> YamlFile:
    """The same of an export mapping."""
    return looked_up(includes.load(path, looked_at, written, ExportFile), variables, folder, looked_at, ExportFile)

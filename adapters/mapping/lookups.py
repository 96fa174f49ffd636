"""Tables that are files of their own, CSV or YAML, such as which team has which repository."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from adapters import yamlfile
from adapters.errors import ConfigError, Problem
from adapters.mapping import csvtable, syntax
from adapters.mapping.closures import Names, rendered
from adapters.mapping.document import Defined, Lookup, MappingFile
from adapters.mapping.failures import Unknown
from adapters.mapping.includes import LookedAt
from adapters.mapping.scope import Constant
from adapters.yamlfile import YamlFile, shown

_LIMITS = {".csv": 16 << 20, ".yaml": 1 << 20, ".yml": 1 << 20}
"""The most bytes that a file may have, by what it is: YAML takes a hundred times as long to read as CSV."""


def looked_up(
    file: YamlFile,
    variables: Mapping[str, Any],
    folder: Path,
    looked_at: LookedAt,
    model: type[Defined] = MappingFile,
) -> YamlFile:
    """A mapping with the tables of its lookups; an empty one where a variable leaves its `file` empty.

    Paths that variables give are from `folder`. Raises ConfigError with every problem of every lookup.
    """
    defined = file.validate(model)
    names = Names({name: Constant(value) for name, value in {**defined.variables, **variables}.items()}, {})
    tables: dict[str, Mapping[str, Any]] = {}
    problems: list[Problem] = []
    for name, lookup in defined.lookups.items():
        try:
            path = _path(lookup.file, names)
            tables[name] = _table(folder / path, lookup, looked_at) if path else {}
        except ConfigError as error:
            problems.extend(error.problems)
        except OSError as error:
            problems.append(file.problem(("lookups", name, "file"), f"the file cannot be read: {error.strerror}"))
        except ValueError as error:
            hint = error.hint if isinstance(error, Unknown) else ""
            problems.append(file.problem(("lookups", name, "file"), str(error), hint))
    if problems:
        raise ConfigError(problems)
    return replace(file, data={**file.data, "tables": {**defined.tables, **tables}, "lookups": {}})


def _path(template: str, names: Names) -> str:
    """The path of a file, empty where there is none; raises ValueError for what is no path."""
    closure = rendered(syntax.template(template), names)
    if not isinstance(closure, Constant):
        raise Unknown("the path has to be known when the mapping loads: only variables may be in it")
    if not isinstance(closure.value, str | None):
        raise Unknown(f"{closure.value!r} is not a path")
    return closure.value or ""


def _table(path: Path, lookup: Lookup, looked_at: LookedAt) -> Mapping[str, Any]:
    looked_at(path)
    if (limit := _LIMITS.get(path.suffix)) is None:
        raise ValueError(f"'{shown(path)}' is not named as a file that can be looked up in: {', '.join(_LIMITS)}")
    if not path.is_file():
        raise ValueError(f"there is no file '{shown(path)}'")
    if path.stat().st_size > limit:
        raise ValueError(f"'{shown(path)}' has more than {limit >> 20} MiB")
    if path.suffix == ".csv":
        return csvtable.read(path, shown(path), lookup.key, lookup.value)
    return _members(yamlfile.load(path, shown(path)))


def _members(file: YamlFile) -> Mapping[str, Any]:
    """A YAML file's members. Raises ConfigError where it has none, or one without a value."""
    if not isinstance(file.data, dict):
        raise ConfigError([file.problem((), "is not an object, which has a value for each key")])
    if empty := [key for key, value in file.data.items() if value is None]:
        raise ConfigError([file.problem((key,), f"'{key}' has no value") for key in empty])
    return file.data

"""A mapping file and what it includes, as one document in which every place knows the file that it stands in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

from adapters import yamlfile
from adapters.errors import ConfigError, Problem
from adapters.mapping.document import Defined, MappingFile, SharedFile
from adapters.resources import resource
from adapters.yamlfile import Location, Mark, YamlFile, is_file, shown

LookedAt = Callable[[Path], object]
"""Is told each file that a mapping is made of, or would be if it were there, before the file is read.

An OSError that it raises is a problem where the file is named: it must not be read.
"""

_Part = Mapping[Any, Any]
_NAMES = ("variables", "let")
_TABLES = ("tables", "lookups")
_LISTS: tuple[Location, ...] = (("ignore",), ("drop",), ("defaults", "links"))


def load(
    path: Path, looked_at: LookedAt = lambda _: None, written: str | None = None, model: type[Defined] = MappingFile
) -> YamlFile:
    """The file of a model at a path, with all that it includes. Raises ConfigError with every problem of every file.

    `written` is read in place of what the mapping's own file has.
    """
    reading = _Reading(looked_at, {} if written is None else {path: written})
    reading.read(path, model, ())
    if reading.problems:
        raise ConfigError(reading.problems)
    return reduce(merged, reading.files.values())


class _Reading:
    """Reads files, each once, those that are included before the one that includes them."""

    def __init__(self, looked_at: LookedAt, instead: Mapping[Path, str]) -> None:
        self.looked_at = looked_at
        self.instead = instead
        self.files: dict[Path, YamlFile] = {}
        self.problems: list[Problem] = []

    def read(self, path: Path, model: type[Defined], trail: tuple[Path, ...]) -> None:
        """Takes a file, unless there are problems, and those that it includes; `trail` leads to it."""
        self.looked_at(path)
        try:
            file = self._file(path)
            included = file.validate(model).include
        except ConfigError as error:
            self.problems.extend(_included(problem, trail) for problem in error.problems)
            return
        for index, reference in enumerate(included):
            self._include(reference, path.parent, file.mark(("include", index)), (*trail, path.resolve()))
        self.files[path.resolve()] = _placed(file, path.parent)

    def _file(self, path: Path) -> YamlFile:
        name, written = shown(path), self.instead.get(path)
        return yamlfile.load(path, name) if written is None else yamlfile.parse(written, name)

    def _include(self, reference: str, folder: Path, where: Mark | None, trail: tuple[Path, ...]) -> None:
        try:
            path = self._found(reference, folder)
        except OSError as error:
            self.problems.append(Problem(str(where), f"'{reference}' cannot be read: {error.strerror}"))
            return
        if path is None:
            hint = "a path is from this file's folder, or from that of the shipped mappings"
            self.problems.append(Problem(str(where), f"there is no file '{reference}'", hint))
        elif (resolved := path.resolve()) in trail:
            circle = " → ".join(each.name for each in (*trail[trail.index(resolved) :], resolved))
            self.problems.append(Problem(str(where), f"the file includes itself: {circle}"))
        elif resolved not in self.files:
            self.read(path, SharedFile, trail)

    def _found(self, reference: str, folder: Path) -> Path | None:
        for candidate in (folder / reference, resource("mappings") / reference):
            self.looked_at(candidate)
            if is_file(candidate):
                return candidate
        return None


def _included(problem: Problem, trail: tuple[Path, ...]) -> Problem:
    """A problem of a file that the last one of a trail includes, which then says so."""
    by = f"included by {shown(trail[-1])}" if trail else ""
    return replace(problem, hint="; ".join(filter(None, (problem.hint, by))))


def _placed(file: YamlFile, folder: Path) -> YamlFile:
    """A file whose lookups are where it is, but for those of which a variable says where."""
    written = {name: each for name, each in file.data.get("lookups", {}).items() if "${" not in each["file"]}
    lookups = {name: {**each, "file": str(folder.absolute() / each["file"])} for name, each in written.items()}
    return replace(file, data={**file.data, "lookups": {**file.data.get("lookups", {}), **lookups}})


def merged(included: YamlFile, own: YamlFile) -> YamlFile:
    """Two documents as one. What both define is as the second has it; links and `ignore` are those of both."""
    moves = {place: _count(included.data, place) for place in _LISTS}
    marks = {**included.marks, **{_moved(at, moves): mark for at, mark in own.marks.items()}}
    return YamlFile(own.name, _document(included.data, own.data), marks, {**included.texts, **own.texts})


def _document(included: _Part, own: _Part) -> _Part:
    lists = [name for name in ("ignore", "drop") if name in included or name in own]
    whole = {
        **own,
        **_defined(included, own, _NAMES),
        **_defined(included, own, _TABLES),
        **{name: [*included.get(name, ()), *own.get(name, ())] for name in lists},
    }
    if "defaults" in included or "defaults" in own:
        whole["defaults"] = _defaults(included.get("defaults", {}), own.get("defaults", {}))
    return whole


def _defined(included: _Part, own: _Part, kinds: Sequence[str]) -> _Part:
    """What is defined of each kind. What its own file defines, of whatever kind, is not the included one's."""
    named = {name for kind in kinds for name in own.get(kind, ())}
    return {kind: {**own.get(kind, {}), **_without(named, included.get(kind, {}))} for kind in kinds}


def _defaults(included: _Part, own: _Part) -> _Part:
    custom_data = own.get("custom_data", {})
    named = {name for key in custom_data for name in (key.removesuffix("?"), f"{key.removesuffix('?')}?")}
    return {
        **included,
        **own,
        "links": [*included.get("links", ()), *own.get("links", ())],
        "custom_data": {**_without(named, included.get("custom_data", {})), **custom_data},
    }


def _without(names: set[str], part: _Part) -> _Part:
    return {name: value for name, value in part.items() if name not in names}


def _moved(at: Location, moves: Mapping[Location, int]) -> Location:
    """Where a place is in the whole: items of a list follow the included ones."""
    for place, count in moves.items():
        match at[: len(place)], at[len(place) :]:
            case found, (int(index), *rest) if found == place:
                return (*place, index + count, *rest)
    return at


def _count(part: _Part, place: Location) -> int:
    """How many items the list at a place has, which may not be there."""
    *around, last = place
    for step in around:
        part = part.get(step, {})
    return len(part.get(last, ()))

"""The mapping of every source as it is now: loaded at the start, and again when its files change or on request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog

from adapters import mapping
from adapters.errors import ConfigError, Problem, Together
from adapters.mapping import Translator
from adapters.sources.contract import SourceSettings
from adapters.yamlfile import Location

_log = structlog.get_logger(__name__)

Of = Callable[[str, Location, str, str], Problem]
"""Makes a problem of a source, of a place in its settings, of what is wrong there and of what to do."""

_Version = tuple[int, int, int, int] | None
_Seen = dict[Path, _Version]


def _anywhere(source: str, at: Location, message: str, hint: str) -> Problem:
    return Problem(".".join(map(str, ("sources", source, *at))), message, hint)


class Translators:
    """The mapping of each source; a new version replaces the old one as a whole, or not at all."""

    def __init__(self, sources: Mapping[str, SourceSettings], placed: Of = _anywhere) -> None:
        """Load all mappings; raises ConfigError with every problem of every one, those of a source as `placed` says."""
        self._placed = placed
        self._sources = {name: source for name, source in sources.items() if source.mapping is not None}
        self._current: dict[str, Translator] = {}
        self._seen: dict[str, _Seen] = {}
        together = Together()
        for name in self._sources:
            self._seen[name] = {}
            with together:
                self._current[name] = self._load(name, self._seen[name])
        together.check()

    def current(self, source: str) -> Translator | None:
        """The mapping of a source, None when it has none."""
        return self._current.get(source)

    def changed(self) -> list[str]:
        """The sources of whose mapping a file is another than when it was looked at last."""
        return [name for name, seen in self._seen.items() if any(_version(path) != seen[path] for path in seen)]

    def reload(self, names: Iterable[str]) -> None:
        """Loads the mappings of sources again; one that does not load is logged, and the old one stays."""
        for name in names:
            seen: _Seen = {}
            try:
                self._current[name] = self._load(name, seen)
            except ConfigError as error:
                self._seen[name] = {path: _version(path) for path in self._seen[name]} | seen
                for problem in error.problems:
                    _log.error("mapping not reloaded, the old one stays", source=name, problem=str(problem))
            else:
                self._seen[name] = seen
                _log.info("mapping reloaded", source=name, mapping=self._current[name].name)

    async def watch(self, request: asyncio.Event, *, every: float = 2.0) -> None:
        """Reloads what changed, looking every so many seconds; on request, all of it at once."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await request.wait()
            names = list(self._seen) if request.is_set() else self.changed()
            request.clear()
            await asyncio.to_thread(self.reload, names)

    def _load(self, name: str, seen: _Seen) -> Translator:
        """The mapping of a source; `seen` gets every file that it is made of, as it is before it is read."""
        source = self._sources[name]
        found = mapping.load(
            str(source.mapping),
            instance=source.instance,
            variables=source.variables,
            looked_at=lambda path: seen.setdefault(path, _version(path)),
            asked=partial(self._placed, name),
        )
        if source.registry is not None and found.image is None:
            message = f"the mapping {found.name} asks for no labels of images"
            hint = "leave it out, or give the mapping an `image`"
            raise ConfigError([self._placed(name, ("registry",), message, hint)])
        if found.headed and source.headless:
            message = f"the mapping {found.name} reads columns from a header, and a tail brings lines without it"
            raise ConfigError([self._placed(name, ("mapping",), message, "name the `columns` of its `csv` input")])
        return found


def _version(path: Path) -> _Version:
    # The path is followed anew each time: Kubernetes changes a ConfigMap by swapping a symbolic link above the file.
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size

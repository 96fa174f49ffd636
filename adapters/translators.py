"""The mapping of every source, and of every route that has one, as it is now.

It is loaded at the start, and again when its files change or on request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import structlog

from adapters import mapping
from adapters.errors import ConfigError, Problem, Together
from adapters.mapping import Exporter, LookedAt, Mapper, Translator
from adapters.sources.contract import SourceSettings
from adapters.yamlfile import Location, Placed

_log = structlog.get_logger(__name__)

Loaded = TypeVar("Loaded", bound=Mapper[Any])
Of = Callable[[str, Location, str, str], Problem]
"""Makes a problem of a source, of a place in its settings, of what is wrong there and of what to do."""

Version = tuple[int, int, int, int] | None
"""Of a file: its device, inode, time and size; None where there is none."""

_Seen = dict[Path, Version]


def _anywhere(source: str, at: Location, message: str, hint: str) -> Problem:
    return Problem(".".join(map(str, ("sources", source, *at))), message, hint)


class Exports(Protocol):
    """What there is to know of a route that may have an export mapping."""

    @property
    def mapping(self) -> str | None: ...  # noqa: D102 - said above

    @property
    def variables(self) -> Mapping[str, Any]: ...  # noqa: D102 - said above


class Current(Generic[Loaded]):
    """Mappings by the names of what has them, as they are now: a new one replaces the old as a whole, or not at all."""

    of: ClassVar[str]
    """What it is that has them."""

    def __init__(self, names: Iterable[str], load: Callable[[str, LookedAt], Loaded]) -> None:
        """Loads all of them; raises ConfigError with every problem of every one."""
        self._load = load
        self._current: dict[str, tuple[Loaded, _Seen]] = {}
        self._seen: dict[str, _Seen] = {}
        self.revision = 0
        together = Together()
        for name in names:
            with together:
                self._read(name, self._seen.setdefault(name, {}))
        together.check()

    def current(self, name: str) -> Loaded | None:
        """The mapping of one, None when it has none."""
        found = self._current.get(name)
        return found[0] if found else None

    def __getitem__(self, name: str) -> Loaded:
        return self._current[name][0]

    def made_of(self) -> dict[str, dict[str, Version]]:
        """The files that each is made of, by their paths, as they were before they were read.

        `revision` is another number after each change of that.
        """
        return {name: {str(path): seen[path] for path in seen} for name, (_, seen) in self._current.items()}

    def changed(self) -> list[str]:
        """Those of whose mapping a file is another than when it was looked at last."""
        return [name for name, seen in self._seen.items() if any(_version(path) != seen[path] for path in seen)]

    def reload(self, names: Iterable[str]) -> None:
        """Loads some mappings again; one that does not load is logged, and the old one stays."""
        for name in names:
            seen: _Seen = {}
            try:
                self._read(name, seen)
            except ConfigError as error:
                self._seen[name] = {path: _version(path) for path in self._seen[name]} | seen
                for problem in error.problems:
                    _log.error("mapping not reloaded, the old one stays", **{self.of: name}, problem=str(problem))
            else:
                self._seen[name] = seen
                _log.info("mapping reloaded", **{self.of: name}, mapping=self[name].name)

    def _read(self, name: str, seen: _Seen) -> None:
        """Loads a mapping; `seen` gets every file that it is made of, as it is before it is read."""
        loaded = self._load(name, lambda path: seen.setdefault(path, _version(path)))
        self._current[name] = loaded, dict(seen)
        self.revision += 1

    async def watch(self, request: asyncio.Event, *others: Current[Any], every: float = 2.0) -> None:
        """Reloads what changed, here and of others, looking every so many seconds; on request, all of it at once."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(every):
                    await request.wait()
            requested = request.is_set()
            request.clear()
            for each in (self, *others):
                await asyncio.to_thread(each.reload, list(each._seen) if requested else each.changed())  # noqa: SLF001 - its own


class Translators(Current[Translator]):
    """The mapping of each source that has one."""

    of = "source"

    def __init__(self, sources: Mapping[str, SourceSettings], placed: Of = _anywhere) -> None:
        """Load all mappings; raises ConfigError with every problem of every one, those of a source as `placed` says."""
        self._placed = placed
        self._sources = {name: source for name, source in sources.items() if source.mapping is not None}
        super().__init__(self._sources, self._of_source)

    def _of_source(self, name: str, looked_at: LookedAt) -> Translator:
        source = self._sources[name]
        found = mapping.load(
            str(source.mapping),
            instance=source.instance,
            variables=source.variables,
            looked_at=looked_at,
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


class Exporters(Current[Exporter]):
    """The export mapping of each route that has one."""

    of = "route"

    def __init__(self, routes: Mapping[str, Exports], placed: Placed) -> None:
        """Loads all of them; raises ConfigError with every problem of every one, at its place of the configuration."""
        mapped = {name: route for name, route in routes.items() if route.mapping is not None}

        def load(name: str, looked_at: LookedAt) -> Exporter:
            def asked(at: Location, message: str, hint: str) -> Problem:
                return placed(("routes", name, *at), message, hint)

            route = mapped[name]
            return mapping.load_export(str(route.mapping), variables=route.variables, looked_at=looked_at, asked=asked)

        super().__init__(mapped, load)


def _version(path: Path) -> Version:
    # The path is followed anew each time: Kubernetes changes a ConfigMap by swapping a symbolic link above the file.
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns, found.st_size

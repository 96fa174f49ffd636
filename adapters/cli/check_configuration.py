"""A configuration put together as `run` would, with a journal that nobody keeps, and let go again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from adapters import config as configurations
from adapters.cdevents.selection import selected
from adapters.cdevents.vocabulary import EVENTS
from adapters.config import Config, Route
from adapters.config.fields import Heard, astray, partly
from adapters.config.idle import idle, routeless, unordered
from adapters.errors import ConfigError, Problem, Together
from adapters.mapping import library
from adapters.mapping.overview import overview
from adapters.reach import Outcome, tried
from adapters.reach.here import hindrances
from adapters.sidecar import assembled


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it; `mappings` are those of the user's own, `outcomes` those of trying everything, if it was."""

    config: Config
    notes: Sequence[Problem]
    mappings: list[str]
    outcomes: Sequence[Outcome] = ()

    @property
    def reached(self) -> bool:
        """Whether all that was tried was."""
        return all(each.reached for each in self.outcomes)


def trial(file: Path, *, connect: bool) -> Trial:
    """Raises ConfigError with all that is wrong with it."""
    config = configurations.load(file)
    together = Together()
    with together, _unheard():
        asyncio.run(_assemble(config))
    together.problems += [config.problem(*each) for each in routeless(config)]
    together.check()
    heard = _heard(config)
    if wrong := [config.problem(*each) for each in astray(config, heard)]:
        raise ConfigError(wrong)
    noted = (*idle(config), *unordered(config), *partly(config, heard), *hindrances(config))
    named = dict.fromkeys(source.mapping for source in config.translated().values() if source.mapping)
    with _unheard():
        outcomes = asyncio.run(tried(config)) if connect else ()
    exported = dict.fromkeys(route.mapping for route in config.routes.values() if route.mapping)
    own = [
        *(name for name in named if name not in library.shipped()),
        *(name for name in exported if name not in library.shipped(library.EXPORT)),
    ]
    return Trial(config, [config.problem(*each) for each in noted], own, outcomes)


@contextmanager
def _unheard() -> Iterator[None]:
    """Leaves out what clients log by themselves, about what is told anyway or is nobody's business yet."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


async def _assemble(config: Config) -> None:
    with TemporaryDirectory() as folder:
        journal = config.journal.model_copy(update={"path": Path(folder) / "journal.db"})
        async with assembled(config.model_copy(update={"journal": journal})):
            pass


def _heard(config: Config) -> Heard:
    """By what the mappings of a route's sources make, and its own choice of that."""
    made = {name: _made(config, name) for name in config.sources}

    def heard(route: Route) -> Collection[str] | None:
        found = [made[name] for name in (config.sources if route.sources is None else route.sources)]
        kinds = dict.fromkeys(kind for each in found if each is not None for kind in each)
        if any(each is None for each in found):
            kinds = dict.fromkeys((*kinds, *EVENTS)) if route.types is not None else {}
        wanted = selected(route.types) if route.types is not None else lambda _: True
        return [kind for kind in kinds if wanted(kind)] or route.types

    return heard


def _made(config: Config, source: str) -> Collection[str] | None:
    """The events that a source's mapping makes; None where they may be any."""
    settings = config.sources[source]
    if settings.mapping is None:
        return None if settings.hears_cdevents else ()
    file = library.document(library.find(settings.mapping), settings.variables)
    kinds = {kind for outcome in overview(file).outcomes for kind in outcome.emits}
    return None if "carried" in file.data or any("${" in kind for kind in kinds) else kinds

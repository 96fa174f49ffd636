"""Where the events of a story are: files of them, or the journal, translated by the mappings of today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from adapters.cdevents.heard import cdevents
from adapters.config import Config
from adapters.errors import ConfigError, Problem
from adapters.lineage.event import Event, event
from adapters.model import Format, Record
from adapters.replay.archive import bodies
from adapters.replay.lines import Place
from adapters.replay.units import Kept
from adapters.route import origins, renderer
from adapters.route.rendered import Render
from adapters.translators import Translators


def from_files(inputs: Sequence[str]) -> Iterator[Event]:
    """The CDEvents in files of one a line, bare or in CloudEvents, compressed or not; other lines are passed over.

    Raises ConfigError for an input that is nothing, or cannot be read.
    """
    for body in bodies(inputs):
        yield from events_of(body)


def from_journal(path: Path, config: Config) -> Iterator[Event]:
    """The CDEvents of what a journal holds; raises ConfigError when there is none."""
    if not path.is_file():
        raise ConfigError([Problem(str(path), "there is no journal", "name files of events")])
    render = rendering(config)
    for item in Kept(path, 0).read("", Place()):
        for message in render(Record(item.line, item.notification)).messages:
            yield from events_of(message.data)


def rendering(config: Config, format_: Format = Format.CDEVENTS) -> Render:
    """What a configuration's sources would publish, what others made as it is; raises ConfigError for its mappings."""
    translators = Translators(config.sources, config.placed)
    return renderer(origins(config.sources, translators.current), format_=format_, ends=True)


def events_of(text: bytes) -> Iterator[Event]:
    """The CDEvents in a document, bare or in CloudEvents; none where it is something else."""
    for document in cdevents(text, {})[0]:
        try:
            yield event(document)
        except (AttributeError, KeyError, TypeError, ValueError):
            continue

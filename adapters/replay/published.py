"""What is heard as it is published, by the mappings of today."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.config import Config
from adapters.errors import ConfigError, Problem
from adapters.model import Format, Record
from adapters.reading.lines import Place
from adapters.reading.units import Kept
from adapters.route import origins, renderer
from adapters.route.rendered import Render
from adapters.translators import Translators


def published(path: Path, config: Config) -> Iterator[bytes]:
    """Each CDEvent of what a journal holds, in a CloudEvent; raises ConfigError when there is none."""
    if not path.is_file():
        raise ConfigError([Problem(str(path), "there is no journal", "name files of events")])
    render = rendering(config)
    for item in Kept(path, 0).read("", Place()):
        for message in render(Record(item.line, item.notification)).messages:
            yield message.data


def rendering(config: Config, format_: Format = Format.CDEVENTS) -> Render:
    """What a configuration's sources would publish, what others made as it is; raises ConfigError for its mappings."""
    translators = Translators(config.sources, config.placed)
    return renderer(origins(config.sources, translators.current), format_=format_, ends=True)

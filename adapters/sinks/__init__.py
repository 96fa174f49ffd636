"""The table of sinks: a new broker is one file, its test, one line here, and one extra in pyproject.

A client that is an extra is imported where its sink is built, so that this table needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.sinks.contract import Sink, SinkSettings
from adapters.sinks.file import FileSettings, FileSink
from adapters.sinks.http import HttpSink
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.stdout import StdoutSettings, StdoutSink

__all__ = ["SINKS", "Sink", "SinkSettings", "SinkType"]


@dataclass(frozen=True, slots=True)
class SinkType:
    """What the word after `type:` means: its settings, and what makes a sink of them."""

    settings: type[SinkSettings]
    build: Callable[[Any], Sink]


SINKS: Mapping[str, SinkType] = {
    "file": SinkType(FileSettings, FileSink),
    "http": SinkType(HttpSettings, HttpSink),
    "stdout": SinkType(StdoutSettings, StdoutSink),
}

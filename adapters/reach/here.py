"""What a configuration wants of the machine that it is on: addresses to listen on, files to write and to read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from adapters.config import Config
from adapters.config.checks import written
from adapters.errors import AdapterError
from adapters.listening import host_and_port
from adapters.reach.files import writable_file
from adapters.server import bind
from adapters.tls import Tls, context
from adapters.yamlfile import Finding, Location


def hindrances(config: Config) -> Iterator[Finding]:
    """What `run` would fail at if it began here and now, or wait for; somewhere else, all may be well."""
    for setting, address in (("listen", config.server.listen), ("admin", config.server.admin)):
        if address is not None:
            try:
                bind(*host_and_port(address), setting=f"server.{setting}").close()
            except AdapterError as error:
                yield ("server", setting), str(error), ""
    for at, path in _written(config):
        try:
            writable_file(path)
        except (AdapterError, OSError) as error:
            yield at, str(error), "check the path, and who owns it"
    for at, tls in _secured(config):
        try:
            context(tls)
        except OSError as error:
            yield at, str(error), "check the path, and who owns it"


def _written(config: Config) -> Iterator[tuple[Location, Path]]:
    yield ("journal", "path"), config.journal.path
    yield from (each for each in written(config) if config.sinks[each[0][1]].type != "parquet")


def _secured(config: Config) -> Iterator[tuple[Location, Tls]]:
    for kind, parts in (("sources", config.sources), ("sinks", config.sinks)):
        for name, part in parts.items():
            if isinstance(tls := getattr(part, "tls", None), Tls):
                yield (kind, name, "tls"), tls

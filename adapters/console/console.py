"""What every page is given: the configuration, the journal, and the mappings as they are now."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.config import Config
from adapters.console.frame import Frame
from adapters.console.heard import Heard
from adapters.errors import JournalUnavailable
from adapters.journal import Database
from adapters.mapping import Translator
from adapters.model import Format
from adapters.redaction import redaction
from adapters.route import origins, renderer
from adapters.sources.redaction.redactor import by_name
from adapters.translators import Translators

FRESH = 1.0
"""Seconds for which mappings are taken to be as they were when their files were looked at."""


class Console(Frame):
    """One console: a frame with a configuration, its journal and its mappings.

    `heard` has the events of the journal, `render` and `legacy` make of a record the messages that routes make of it,
    by the mappings as they are now. `bare` leaves out of a notification what looks secret by its name, whatever its
    source keeps. Raises ConfigError for mappings that cannot be loaded.
    """

    def __init__(self, settings: Config) -> None:
        super().__init__(settings.console, redaction(settings))
        self.settings = settings
        self._translators = Translators(settings.sources, settings.placed)
        self._reloading, self._looked = threading.Lock(), time.monotonic()
        found = origins(settings.sources, self.translator)
        self.render = renderer(found, format_=Format.CDEVENTS, ends=True)
        self.legacy = renderer(found, format_=Format.LEGACY)
        self.bare = by_name()
        self.heard = Heard(settings.sources, self.translator, self.render)

    @contextmanager
    def journal(self) -> Iterator[Database]:
        """The journal, open for one look; raises JournalUnavailable, also where there is none yet."""
        path = self.settings.journal.path
        if not path.exists():
            raise JournalUnavailable(f"journal {path}: there is none yet; has the sidecar run, and in this directory?")
        with Database(path) as database:
            yield database

    def translator(self, source: str) -> Translator | None:
        """The mapping of a source as its files are now, or as they were when they could be loaded; None without one."""
        if time.monotonic() - self._looked >= FRESH:
            with self._reloading:
                self._translators.reload(self._translators.changed())
                self._looked = time.monotonic()
        return self._translators.current(source)

"""What every page is given: the configuration, the journal, the mappings as they are now, and its templates."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from adapters.config import Config
from adapters.console import templates
from adapters.errors import JournalUnavailable
from adapters.journal import Database
from adapters.mapping import Translator
from adapters.redaction import redaction
from adapters.translators import Translators


class Console:
    """One console; `redact` leaves secrets out of a text, `token` is what every write has to show.

    Raises ConfigError for mappings that cannot be loaded.
    """

    def __init__(self, settings: Config) -> None:
        self.settings = settings
        self.redact = redaction(settings)
        self.token = secrets.token_urlsafe(32)
        self.templates = templates.environment(self.redact, self.token)
        self._translators = Translators(settings.sources, settings.placed)
        self._reloading = threading.Lock()

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
        with self._reloading:
            self._translators.reload(self._translators.changed())
        return self._translators.current(source)

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """What a template makes of these values; `here` is the path that was asked for."""
        return HTMLResponse(self.templates.get_template(template).render(here=request.url.path, **values), status)

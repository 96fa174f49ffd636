"""What pages stand in, whatever they are about: where they are served, their templates, and the token of writes."""

from __future__ import annotations

import secrets
from threading import Event
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from adapters.config.console import Console as Served
from adapters.console import templates
from adapters.redaction import Redact


class Frame:
    """`served` says where, and to whom; `redact` leaves secrets out of a text; every write has to show the `token`.

    What goes on for ever ends when it is `leaving`.
    """

    def __init__(self, served: Served, redact: Redact) -> None:
        self.served, self.redact = served, redact
        self.token = secrets.token_urlsafe(32)
        self.leaving = Event()
        self.templates = templates.environment(redact, self.token)

    def page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """What a template makes of these values; `here` is the path that was asked for."""
        return HTMLResponse(self.templates.get_template(template).render(here=request.url.path, **values), status)

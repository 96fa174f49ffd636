"""The pages as one ASGI application, behind all that keeps others out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from adapters.console import templates
from adapters.console.admission import admitted, asked_by_name, at_home, hardened, known
from adapters.console.console import Console
from adapters.console.forgery import unforged
from adapters.console.frame import Frame
from adapters.console.pages import PAGES, PARTS
from adapters.errors import AdapterError
from adapters.listening import host_and_port
from adapters.sources.auth import guard

STATIC = Path(__file__).parent / "static"


def application(console: Console) -> ASGIApp:
    """Everything that a console serves."""
    templates.complete(console.templates, PAGES)
    return framed(console, [route for made in (*(page.routes for page in PAGES), *PARTS) for route in made(console)])


def framed(frame: Frame, routes: Sequence[BaseRoute]) -> ASGIApp:
    """What some routes serve, with the static files, in a frame."""
    failing = partial(_failed, frame)
    app: ASGIApp = Starlette(
        routes=[*routes, Mount("/static", StaticFiles(directory=STATIC))],
        exception_handlers={HTTPException: failing, AdapterError: failing, Exception: failing},
    )
    app = admitted(unforged(app, frame.token), guard(frame.served.auth))
    return hardened(asked_by_name(at_home(app), known(host_and_port(frame.served.listen)[0], frame.served.hosts)))


def _failed(frame: Frame, request: Request, error: Exception) -> Response:
    """A page that says what is wrong and what to do; for what is only a part of a page, the same as text."""
    status, title, message, hint = _said(error)
    if "hx-request" in request.headers or request.method not in ("GET", "HEAD"):
        return PlainTextResponse(frame.redact(f"{message} {hint}".strip()), status)
    return frame.page(request, "failure.html", status, title=title, message=message, hint=hint)


def _said(error: Exception) -> tuple[int, str, str, str]:
    """Status and title of its page, what is wrong, and what to do."""
    match error:
        case HTTPException(status_code=404, detail="Not Found"):
            return 404, "Not found", "There is no such page.", "The pages are in the navigation above."
        case HTTPException(status_code=404):
            return 404, "Not found", error.detail, ""
        case HTTPException():
            return error.status_code, "Not so", error.detail, ""
        case AdapterError():
            return 503, "Not now", str(error), ""
    return 500, "Not as it should be", "This is a bug of the console, please report it.", "Its log has what happened."

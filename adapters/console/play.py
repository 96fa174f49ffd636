"""The playground alone: of one mapping's folder, without a configuration or a journal."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from adapters.config.console import Console as Served
from adapters.console import templates
from adapters.console.application import framed
from adapters.console.frame import Frame
from adapters.console.inputs import Alone
from adapters.console.pages import Page
from adapters.console.playground import Playground
from adapters.console.process import serve
from adapters.playground.folder import Folder
from adapters.urls import public


def application(frame: Frame, folder: Folder) -> ASGIApp:
    """The playground of a folder, in a frame."""
    templates.complete(frame.templates, (Page("Playground", "/playground", lambda _: ()),))

    def first(_request: Request) -> Response:
        return RedirectResponse("/playground")

    return framed(frame, [Route("/", first), *Playground(frame, Alone({folder.name: folder})).routes])


def play(folder: Folder, listen: str, announce: Callable[[str], object]) -> None:
    """Serves it until SIGTERM or SIGINT, and announces its address. Raises AddressUnavailable."""
    frame = Frame(Served(listen=listen), public)
    serve(frame, application(frame, folder), announce, setting="--port")

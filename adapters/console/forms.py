"""What a form of a page sends, and where it leads afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

Form = Mapping[str, str]
"""The fields that are filled in, each with its last value."""

_DIGITS = 18
"""No record has a number with more, nor has SQLite all of those."""


def taking(handle: Callable[[Form], Response]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for a POST: `handle`, which may wait for a database, is given the form."""

    async def endpoint(request: Request) -> Response:
        fields = parse_qs((await request.body()).decode("utf-8", "replace"))
        return await run_in_threadpool(handle, {name: values[-1] for name, values in fields.items()})

    return endpoint


def number(text: str) -> int | None:
    """The number of a record, or of a line, as an address or a form has it; None for what is none, or too large."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


def back(form: Form, otherwise: str) -> Response:
    """To the page of this console that the form came from."""
    path = form.get("back", "")
    local = path.startswith("/") and not path.startswith(("//", "/\\"))
    return RedirectResponse(path if local else otherwise, 303)

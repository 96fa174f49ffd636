"""Unmatched and dead letters: what stays behind, by reason, and what can be done about it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.console.console import Console
from adapters.console.forms import Form, back, number, taking
from adapters.console.unmatched import Looking
from adapters.journal import Database, deadletters
from adapters.journal.lettergroups import LetterGroup, last_of, lettergroups

LISTED = 200
"""Dead letters of a group that are listed by their numbers."""


class Change(Protocol):
    """`deadletters.retry` and `drop`."""

    def __call__(
        self, database: Database, route: str, seq: int | None = None, reasons: Collection[str] | None = None
    ) -> int:
        """Does so to the letters that are chosen; how many."""


def routes(console: Console) -> list[Route]:
    """The page, what it asks for again, a group of dead letters, and what is done to them."""
    looking = Looking(console)

    def problems(request: Request) -> Response:
        with console.journal() as journal:
            letters = lettergroups(journal)
        return console.page(request, "problems.html", letters=letters, unmatched=looking.look())

    def unmatched(request: Request) -> Response:
        return console.page(request, "_unmatched.html", unmatched=looking.look())

    def group(request: Request) -> Response:
        with console.journal() as journal:
            found = _group(journal, request.path_params["key"])
            letters = last_of(journal, found, LISTED)
        return console.page(request, "letters.html", group=found, letters=letters)

    return [
        Route("/problems", problems),
        Route("/problems/unmatched", unmatched),
        Route("/problems/dead-letters/{key}", group),
        Route("/problems/retry", taking(_changing(console, deadletters.retry)), methods=["POST"]),
        Route("/problems/drop", taking(_changing(console, deadletters.drop)), methods=["POST"]),
    ]


def _changing(console: Console, change: Change) -> Any:
    """Does it to the dead letter of a route and a record, or to all of a group; then it leads back."""

    def changed(form: Form) -> Response:
        with console.journal() as journal:
            if key := form.get("group"):
                found = _group(journal, key)
                change(journal, found.route, reasons=found.reasons)
            elif (seq := number(form.get("seq", ""))) is not None and (route := form.get("route")):
                change(journal, route, seq)
            else:
                raise HTTPException(400, "It is not said which dead letter, or which group of them.")
        return back(form, "/problems")

    return changed


def _group(journal: Database, key: str) -> LetterGroup:
    for each in lettergroups(journal):
        if each.key == key:
            return each
    raise HTTPException(404, "There are no dead letters of this group any more.")

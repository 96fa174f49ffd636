"""A record of the journal, opened: what the tool sent, what became of it, and why no more did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.cdevents.cloudevents import structured
from adapters.console.console import Console
from adapters.console.forms import number
from adapters.errors import MappingError
from adapters.journal import deadletters, log
from adapters.lineage.event import Event
from adapters.lineage.reading import events_of
from adapters.mapping import Translator
from adapters.mapping.explain import Answer, answered
from adapters.model import Notification, Record
from adapters.redaction import Redact

SHOWN = 200_000
"""Characters of a body that are shown."""

MOST = 50
"""Records within a notification of which rules are asked, and events that are shown."""


class Made(NamedTuple):
    """An event that a record became, and all of it as text."""

    event: Event
    text: str


class Explained(NamedTuple):
    """What rules said of each record within a notification; `failure` is why none can be asked of it or the next."""

    records: list[list[Answer]]
    failure: str = ""


def routes(console: Console) -> list[Route]:
    """The page of each record, by its number."""

    def record(request: Request) -> Response:
        if (seq := number(request.path_params["seq"])) is None:
            raise HTTPException(404)
        with console.journal() as journal:
            if (found := log.record(journal, seq)) is None:
                raise HTTPException(404, f"The journal has no record {seq}, or not any more.")
            passed = {name: log.cursor(journal, name) >= seq for name in console.settings.routes}
            letters = deadletters.listed(journal, seq=seq)
        rendered, heard = console.render(found), console.bare(found.notification)
        return console.page(
            request,
            "record.html",
            seq=seq,
            heard=heard,
            body=shown(heard.body, console.redact),
            letters=letters,
            passed=passed,
            rendered=rendered,
            made=list(islice(_made(console, found), MOST)),
            explained=explanation(console.translator(found.notification.source), found.notification),
        )

    return [Route("/records/{seq}", record)]


def shown(body: bytes, redact: Redact) -> str:
    """A body as text without secrets, JSON laid out in lines; its beginning where it is long."""
    text = redact(body.decode("utf-8", "replace"))
    with suppress(ValueError, RecursionError):
        laid_out = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        laid_out.encode()  # half of a surrogate pair, as JSON may have it, is no text of a page: it stays escaped
        text = laid_out
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}\n… {len(text) - SHOWN} characters more"


def explanation(translator: Translator | None, heard: Notification) -> Explained:
    """What the rules of a mapping, as it is now, say of a notification."""
    if translator is None:
        return Explained([], f"the source {heard.source} has no mapping")
    told: list[list[Answer]] = []
    try:
        told += (list(answers) for answers in islice(answered(translator, heard), MOST))
    except MappingError as error:
        return Explained(told, f"it cannot be translated: {error}")
    return Explained(told)


def _made(console: Console, record: Record) -> Iterator[Made]:
    for message in console.render(record).messages:
        text = shown(structured(message), console.redact)
        yield from (Made(event, text) for event in events_of(message.data))

"""Metrics: the report of `metrics`, with its numbers, plots and files to download."""

from __future__ import annotations

from concurrent.futures import wait
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zoneinfo import available_timezones

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.console.console import Console
from adapters.console.events import asked
from adapters.console.plots import plots
from adapters.console.reports import Asked, Reports
from adapters.console.stored import TIMEOUT, store
from adapters.delivery import words
from adapters.delivery.forms import FORMS
from adapters.delivery.measuring import DIMENSIONS, METRICS, Question, chosen, measure
from adapters.delivery.report import ALL, Report
from adapters.delivery.stores import measured_of
from adapters.delivery.teams import teams
from adapters.errors import AdapterError
from adapters.replay.published import published

PATIENCE = 1.0
"""Seconds that a page waits for a report; after that it shows itself, and asks again."""

ROWS = 2000
"""Numbers that are shown; its files have all of them."""

LONG = 600.0
"""Seconds that a statement of a report may take."""

_FILES = {
    "csv": ("csv", "text/csv"),
    "json": ("json", "application/json"),
    "md": ("markdown", "text/markdown"),
    "html": ("html", "text/html"),
}
"""The form and the type of each file, by the end of its name."""


_Reports = Reports["Form", Report | None]


class Form(NamedTuple):
    """What was asked for, as it stands in the fields of the page."""

    since: str
    until: str
    zone: str
    by: str
    production: str
    of: str

    @property
    def query(self) -> str:
        """It as a part of an address."""
        return urlencode(self._asdict())

    def problems(self) -> dict[str, str]:
        """What is wrong, by the field."""
        days = {name: text for name, text in (("since", self.since), ("until", self.until)) if not _is_day(text)}
        found = dict.fromkeys(days, "expected a day, such as 2026-03-31")
        if not days and self.since and self.until and self.since >= self.until:
            found["until"] = f"expected a day after {self.since}"
        if self.zone not in available_timezones():
            found["zone"] = "expected a time zone's name, such as Europe/Berlin"
        if self.by not in ("", *DIMENSIONS):
            found["by"] = f"expected one of {', '.join(DIMENSIONS)}"
        return found


def routes(console: Console) -> list[Route]:
    """The page, the report alone, and its files."""
    reports = Reports(partial(_report, console))

    def page(request: Request) -> Response:
        return _shown(console, request, "metrics.html", reports)

    def part(request: Request) -> Response:
        return _shown(console, request, "_report.html", reports)

    def file(request: Request) -> Response:
        return _file(console, request, reports)

    return [Route("/metrics", page), Route("/metrics/report", part), Route("/metrics/{name}", file)]


def _shown(console: Console, request: Request, template: str, reports: _Reports) -> Response:
    form = _form(console, request)
    problems = form.problems()
    values: dict[str, Any] = {"waiting": False, "failure": "", "report": None, "made": None}
    if not problems:
        values |= _answered(reports.of(form))
    return console.page(
        request,
        template,
        400 if problems else 200,
        form=form,
        problems=problems,
        dimensions=DIMENSIONS,
        stored=store(console.settings) is not None,
        **values,
    )


def _answered(asked_for: Asked[Report | None]) -> dict[str, Any]:
    """What is there after a moment."""
    done, _ = wait([asked_for.answer], PATIENCE)
    if not done:
        return {"waiting": True}
    try:
        report = asked_for.answer.result()
    except (AdapterError, OSError) as error:
        return {"failure": str(error)}
    if report is None:
        return {"made": asked_for.made}
    dora = [each for each in report.figures if each.metric in METRICS and each.scope == ALL]
    rows = list(words.rows(report))
    return {
        "report": report,
        "made": asked_for.made,
        "dora": dora,
        "header": words.HEADER,
        "rows": rows[:ROWS],
        "more": max(0, len(rows) - ROWS),
        "left_out": list(words.left_out(report)),
        "plots": list(plots(report)),
        "number": words.number,
        "basis": words.basis,
    }


def _file(console: Console, request: Request, reports: _Reports) -> Response:
    form, ending = _form(console, request), request.path_params["name"].removeprefix("report.")
    if ending not in _FILES:
        raise HTTPException(404)
    if problems := form.problems():
        raise HTTPException(400, "; ".join(f"{field}: {problem}" for field, problem in problems.items()))
    done, _ = wait([asked_for := reports.of(form).answer], TIMEOUT)
    if not done:
        raise HTTPException(503, "The report is still being made: ask for it again.")
    if (report := asked_for.result()) is None:
        raise HTTPException(404, "There are no events.")
    name, kind = _FILES[ending]
    days = f"{report.since:%Y-%m-%d}-to-{report.until:%Y-%m-%d}"
    headers = {"Content-Disposition": f'attachment; filename="delivery-{days}.{ending}"'}
    return Response(console.redact(FORMS[name](report)), 200, headers, kind)


def _form(console: Console, request: Request) -> Form:
    """The fields, each as it was asked for or as it is without that."""
    usual = {"zone": "UTC", "production": ", ".join(console.settings.console.production)}
    given = request.query_params
    return Form(*(asked(request, name) if name in given else usual.get(name, "") for name in Form._fields))


def _report(console: Console, form: Form) -> Report | None:
    settings = console.settings
    patterns = [each.strip() for each in form.production.split(",") if each.strip()]
    whose = teams(settings.console.teams) if settings.console.teams else {}
    since, until = (datetime.fromisoformat(text) if text else None for text in (form.since, form.until))
    question = Question(since, until, form.zone, form.by or None, chosen(patterns), whose)
    if (kept := store(settings)) and form.of != "journal":
        with kept.opened(LONG) as engine:
            return measure(engine, question)
    return measured_of(published(settings.journal.path, settings), question)


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return not text or date.fromisoformat(text).isoformat() == text
    return False

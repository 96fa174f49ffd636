"""`metrics`: how delivery goes, from files of events, a store or the journal."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.exits import Exit, complain, printable
from adapters.cli.options import ConfigFile, journalled


class By(StrEnum):
    """What a report can be divided by."""

    SERVICE = "service"
    ENVIRONMENT = "environment"
    TEAM = "team"
    REPOSITORY = "repository"


class Form(StrEnum):
    """The forms of a report."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    HTML = "html"


Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="Files, folders and globs of events, one a line; the journal, if neither they nor a store are given.",
        show_default=False,
    ),
]
Store = Annotated[
    str | None, typer.Option(metavar="URL", help="A store: postgresql://..., or the folder of a parquet sink.")
]
Divided = Annotated[By | None, typer.Option(help="Divide it by this.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DAY")]
Environments = Annotated[
    list[str] | None,
    typer.Option(
        "--environment",
        metavar="PATTERN",
        help="Count the deployments there, such as 'prod-*'; what looks like production, if not given.",
    ),
]


def _zone(text: str) -> str:
    """The name of a time zone that there is."""
    from zoneinfo import available_timezones

    if text not in available_timezones():
        raise typer.BadParameter("expected a time zone's name, such as Europe/Berlin")
    return text


Zone = Annotated[str, typer.Option(parser=_zone, metavar="ZONE", help="The time zone whose days are counted.")]
Teams = Annotated[Path | None, typer.Option(metavar="FILE", help="CSV: a service or repository, and its team.")]
Format = Annotated[Form, typer.Option("--format", "-f", help="How it is written.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to; standard output.")]


def metrics(
    files: Files = None,
    store: Store = None,
    by: Divided = None,
    since: Day = None,
    until: Day = None,
    environment: Environments = None,
    zone: Zone = "UTC",
    teams: Teams = None,
    form: Format = Form.TABLE,
    output: Output = None,
    config: ConfigFile = None,
) -> None:
    """Tell the five DORA metrics and the health of pipelines, and from how much each number was made."""
    from adapters.delivery import forms, stores
    from adapters.delivery.measuring import Question, chosen
    from adapters.delivery.teams import teams as read

    question = Question(since, until, zone, by, chosen(environment or ()), read(teams) if teams else {})
    if files or store:
        report = stores.measured(files or (), store, question)
    else:
        report = stores.measured_of(journalled(config), question)
    if report is None:
        complain("there are no events in what was named")
        raise typer.Exit(Exit.PROBLEMS)
    written = forms.FORMS[form](report)
    if output:
        output.write_text(written, encoding="utf-8")
    else:
        typer.echo(printable(written), nl=False)

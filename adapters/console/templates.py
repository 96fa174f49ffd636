"""Templates: everything that is put into one is redacted and escaped, and a name that is not there is an error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from adapters.delivery.words import number
from adapters.redaction import Redact
from adapters.wording import age

_FOLDER = Path(__file__).parent / "templates"


def environment(redact: Redact, token: str) -> Environment:
    """What makes pages of the files in `templates/`."""

    def told(value: Any) -> Any:
        return redact(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    made = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=told,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["console_token"] = token
    made.filters |= {"ago": ago, "age": age, "size": size, "iso": iso, "minute": minute, "span": span}
    made.filters["short"] = lambda text, most: short(redact(text), most)
    return made


def complete(templates: Environment, pages: Sequence[Any]) -> None:
    """Gives all of them what is in `_ui.html`, and the pages that there are."""
    templates.globals["pages"] = pages
    templates.globals["ui"] = templates.get_template("_ui.html").module


def ago(moment: datetime) -> str:
    """How long ago it was: `3m ago`."""
    return f"{age(max(0.0, (datetime.now(UTC) - moment).total_seconds()))} ago"


def iso(moment: datetime) -> str:
    """The moment in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def size(count: float) -> str:
    """Bytes for people: `512 B`, `3.4 MiB`."""
    for power, unit in ((30, "GiB"), (20, "MiB"), (10, "KiB")):
        if count >= 1 << power:
            return f"{count / (1 << power):.1f} {unit}"
    return f"{count:.0f} B"


def minute(moment: datetime) -> str:
    """The moment in UTC, to the minute: `2026-05-04 10:11`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def span(seconds: float | None) -> str:
    """A duration for people, to a tenth: `2.5 h`; a dash where it is not known."""
    return number(seconds, "s")


def short(text: str, most: int) -> str:
    """A text of so many characters at most: of a longer one both ends, as ids differ there."""
    half = (most - 1) // 2
    return text if len(text) <= most else f"{text[:half]}…{text[-half:]}"

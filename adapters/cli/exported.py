"""What `translate` does with an export mapping: from CDEvents to messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from adapters.cli.exits import Exit, complain
from adapters.errors import MappingError

if TYPE_CHECKING:
    from adapters.goldens import Sent
    from adapters.mapping import Exporter
    from adapters.mapping.translator import Made, Mapper
    from adapters.model import Notification


def exported(exporter: Exporter, inputs: Iterable[tuple[str, Sent]], explain: bool) -> Exit:
    """Prints what an export mapping makes of CDEvents, each with the place that it is from; what is wrong on stderr."""
    from adapters.model import Notification

    troubled = False
    for where, sent in inputs:
        notification = Notification("translate", sent.body, datetime.now(UTC), sent.headers)
        if explain:
            explained(exporter, notification, where)
        troubled |= _export(exporter, notification, where)
    return Exit.PROBLEMS if troubled else Exit.FINE


def explained(mapper: Mapper[Made], notification: Notification, where: str) -> None:
    """Tells what each part of a mapping does with a notification, as far as it can be read."""
    from adapters.mapping.explain import explain

    try:
        for line in explain(mapper, notification):
            complain(f"{where}: {line}")
    except MappingError:
        return  # the translation says so


def _export(exporter: Exporter, notification: Notification, where: str) -> bool:
    import orjson

    from adapters.mapping.export.written import message

    try:
        made = exporter.translate(notification)
    except MappingError as error:
        complain(f"{where}: {error}")
        return True
    for each in made.events:
        typer.echo(orjson.dumps(message(each)))
    for reason in made.errors:
        complain(f"{where}: {reason}")
    return bool(made.errors)

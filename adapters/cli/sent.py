"""What `send` and `wrap` have in common: where to, and the outbox that is sent from."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import complain, count
from adapters.cli.options import configuration

if TYPE_CHECKING:
    from adapters.sending.target import Target

To = Annotated[
    str | None, typer.Option(metavar="WHERE", help="Without a configuration: an http(s) URL, a file, or - for stdout.")
]
RouteName = Annotated[str | None, typer.Option("--route", help="The route of the configuration whose sink it is.")]
Seconds = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds; what is not sent by then is kept.")]
Source = Annotated[
    str | None,
    typer.Option(metavar="URL", envvar="CDEVENTS_ADAPTERS_SOURCE", help="Who tells it; this host, if not given."),
]

OutboxFolder = Annotated[
    Path | None,
    typer.Option(
        "--outbox",
        metavar="DIR",
        envvar="CDEVENTS_ADAPTERS_OUTBOX",
        help="Where events wait; beside the journal, or with --to var/outbox, if not given.",
    ),
]


def target(config: Path | None, route: str | None, to: str | None, outbox: Path | None) -> Target:
    """Where events go; raises ConfigError."""
    from adapters import logs
    from adapters.sending.target import OUTBOX, of_route
    from adapters.sending.target import to as to_place

    logs.configure("warning", "auto")
    if to is not None:
        return to_place(to, outbox or OUTBOX)
    return of_route(configuration(config), route, outbox)


def here() -> str:
    """This host, as the source of an event."""
    return f"https://{socket.gethostname()}/"


def flushed(target: Target, seconds: float, tell: Callable[[str], None] = complain) -> bool:
    """Sends what is in the outbox, and tells what is not sent; whether nothing was refused."""
    import asyncio
    from contextlib import aclosing

    async def sending() -> bool:
        async with aclosing(target.sink()) as sink:
            done = await target.outbox.send(sink, seconds)
        for reason in done.refused:
            tell(f"refused for good, and set aside in {target.outbox.folder}: {reason}")
        if done.kept:
            there = count(done.kept, "event")
            tell(f"{there} kept in {target.outbox.folder}, for the next `send`: {done.reason}")
        return not done.refused

    return asyncio.run(sending())

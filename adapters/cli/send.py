"""`send`: an event from a script, which is kept until it is sent."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import Exit, complain
from adapters.cli.options import ConfigFile, pairs
from adapters.cli.sent import OutboxFolder, RouteName, Seconds, Source, To, flushed, here, target
from adapters.errors import MappingError

if TYPE_CHECKING:
    from adapters.model import Message
    from adapters.sending.target import Target

_Text = str | None
File = Annotated[
    _Text, typer.Argument(metavar="FILE", help="CDEvents in JSON, as they are; - is stdin. Or say it by options.")
]
Type = Annotated[_Text, typer.Option("--type", metavar="NAME", help="service.deployed, dev.cdeventsx...")]
Subject = Annotated[_Text, typer.Option(metavar="ID", help="The subject's id.")]
Content = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="In the content: outcome=success, environment.id=prod.")
]
Custom = Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="In customData.")]
Key = Annotated[
    list[str] | None,
    typer.Option("--id", metavar="TEXT", help="What names the occurrence, however often it is told."),
]
Time = Annotated[_Text, typer.Option(metavar="TIME", help="When it happened, in RFC 3339; now, if not given.")]
Flush = Annotated[bool, typer.Option("--flush", help="Only send what was kept.")]


def send(
    file: File = None,
    type_: Type = None,
    subject: Subject = None,
    source: Source = None,
    content: Content = None,
    custom: Custom = None,
    key: Key = None,
    time: Time = None,
    flush: Flush = False,
    config: ConfigFile = None,
    route: RouteName = None,
    to: To = None,
    outbox: OutboxFolder = None,
    seconds: Seconds = 10,
) -> None:
    """Send one event, from options or a file. It is on disk first: what cannot be sent now is sent by the next one."""
    where = target(config, route, to, outbox)
    try:
        if flush:
            messages: list[Message] = []
        elif file is not None:
            messages = _read(file, where)
        elif type_ is None or subject is None:
            raise typer.BadParameter("say --type and --subject, or name a FILE", param_hint="send")
        else:
            given = {"content": pairs(content or (), "--content"), "custom": pairs(custom or (), "--custom")}
            messages = [_composed(where, type_, source or here(), subject, given, key or [], time)]
    except (MappingError, ValueError) as error:
        complain(str(error))
        raise typer.Exit(Exit.USAGE) from None
    where.outbox.keep(messages)
    raise typer.Exit(Exit.FINE if flushed(where, seconds) else Exit.PROBLEMS)


def _read(file: str, where: Target) -> list[Message]:
    from adapters.sending import composing

    return composing.read(sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes(), where)


def _composed(
    where: Target,
    name: str,
    source: str,
    subject: str,
    given: dict[str, dict[str, str]],
    key: list[str],
    time: str | None,
) -> Message:
    from adapters.sending import composing

    event = composing.composed(name, source, subject, **given, key=key, time=time or composing.now())
    return composing.message(event, where)

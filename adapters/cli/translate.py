"""`translate`: a mapping tried on notifications at hand."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from adapters.cli.exits import Exit, complain
from adapters.cli.exported import explained, exported
from adapters.cli.options import Variables, moment, pairs, values
from adapters.model import Format, Notification, Record, Spec

if TYPE_CHECKING:
    from adapters.goldens import Sent
    from adapters.mapping import Translator


Mapping = Annotated[
    str, typer.Argument(metavar="MAPPING", help="A shipped name (jenkins/notification) or a path.", show_default=False)
]
Files = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILE",
        help="A notification a file, or one a line of a .ndjson, or a request in a .http; none or -: lines of stdin.",
        show_default=False,
    ),
]
SpecVersion = Annotated[Spec, typer.Option("--spec", help="The CDEvents version to write.")]
Explain = Annotated[bool, typer.Option("--explain", help="Tell on stderr which rules fired, and why others did not.")]
Instance = Annotated[
    str | None, typer.Option(metavar="URL", help="The tool's URL; that of the mapping's examples, if not given.")
]
Headers = Annotated[
    list[str] | None, typer.Option("--header", metavar="NAME=VALUE", help="A header that came with the notifications.")
]
ReceivedAt = Annotated[
    datetime | None,
    typer.Option(parser=moment, metavar="TIME", help="When the notifications were heard, in ISO 8601; now, otherwise."),
]


def translate(
    mapping: Mapping,
    files: Files = None,
    spec: SpecVersion = Spec.V0_5_1,
    explain: Explain = False,
    instance: Instance = None,
    variables: Variables = None,
    headers: Headers = None,
    received_at: ReceivedAt = None,
) -> None:
    """Translate notifications: one CDEvent a line on stdout, what is wrong on stderr.

    With an export mapping it is CDEvents that are translated, to one message of another tool a line.
    """
    from adapters.mapping import library

    if library.is_export(mapping):
        raise typer.Exit(
            exported(library.load_export(mapping, variables=values(variables)), _inputs(files or ["-"]), explain)
        )
    translator = _translator(mapping, instance, values(variables))
    received = {name.lower(): value for name, value in pairs(headers or (), "--header").items()}
    troubled = False
    for where, sent in _inputs(files or ["-"]):
        heard = received_at or datetime.now(UTC)
        notification = translator.drop(Notification("translate", sent.body, heard, {**sent.headers, **received}))
        if explain:
            explained(translator, notification, where)
        troubled |= _translate(translator, notification, spec, where)
    raise typer.Exit(Exit.PROBLEMS if troubled else Exit.FINE)


def _translator(reference: str, instance: str | None, variables: dict[str, Any]) -> Translator:
    from adapters.goldens import context
    from adapters.mapping import library

    instance = instance or context(reference).instance
    return library.load(reference, instance=instance, variables=variables)


def _inputs(files: Iterable[str]) -> Iterator[tuple[str, Sent]]:
    """Each notification, and where it is from."""
    from adapters.goldens import Sent, sent

    for file in files:
        if file == "-":
            for number, line in enumerate(sys.stdin.buffer, start=1):
                if line.strip():
                    yield f"stdin:{number}", Sent(line.rstrip(b"\r\n"))
        else:
            yield from ((file, each) for each in sent(Path(file)))


def _translate(translator: Translator, notification: Notification, spec: Spec, where: str) -> bool:
    """Prints what a route would publish; whether there was something that it could not."""
    from adapters.route import Origin, renderer

    render = renderer(lambda _: Origin(translator.instance, translator), format_=Format.CDEVENTS, spec=spec)
    rendered = render(Record(0, notification))
    for message in rendered.messages:
        typer.echo(message.data)
    for error in rendered.errors:
        complain(f"{where}: {error}")
    if rendered.unmatched:
        complain(f"{where}: {rendered.unmatched} of its records are covered by no rule and no `ignore`")
    for name in rendered.unsaid:
        complain(f"{where}: CDEvents {spec} has no {name}: it is not published")
    return bool(rendered.errors)

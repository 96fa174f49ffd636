"""`check`: configurations and mappings, before they go live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import Exit, complain, printable
from adapters.cli.options import configuration

if TYPE_CHECKING:
    from adapters.goldens import Suite

Mappings = Annotated[list[str] | None, typer.Argument(metavar="MAPPING", show_default=False)]
Review = Annotated[bool, typer.Option("--review", help="Show how events differ from the expected files.")]
Update = Annotated[bool, typer.Option("--update", help="Write the expected files anew, as the mapping is now.")]
Strict = Annotated[bool, typer.Option("--strict", help="What no example fires, or is ignored by, is a problem.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", metavar="FILE", help="A configuration to check, with the mappings it names."),
]


def check(
    mappings: Mappings = None,
    config: ConfigFile = None,
    review: Review = False,
    update: Update = False,
    strict: Strict = False,
) -> None:
    """Check a configuration, and that mappings make of their examples what they should.

    A MAPPING is a shipped name (jenkins/notification) or a path; if none is given, it is every shipped one and those
    that the configuration names. Its examples are in inputs/ beside it, what they become in expected/.
    """
    from adapters.errors import ConfigError

    used = _used(config) if config else []
    codes = [Exit.FINE]
    for name in dict.fromkeys(mappings or [*_shipped(), *used]):
        try:
            codes.append(_check(name, review, update, strict))
        except ConfigError as error:
            complain(str(error))
            codes.append(Exit.USAGE)
    raise typer.Exit(max(codes))


def _shipped() -> list[str]:
    from adapters.mapping import library

    return library.shipped()


def _used(config: Path) -> list[str]:
    """The mappings of a configuration, each of which loads as its source wants it. Raises ConfigError."""
    from adapters.translators import Translators

    settings = configuration(config)
    Translators(settings.translated())
    typer.echo(f"{config}: {_count(len(settings.sources), 'source')}, fine")
    return [source.mapping for source in settings.translated().values() if source.mapping]


def _check(name: str, review: bool, update: bool, strict: bool) -> Exit:
    from adapters import goldens

    suite = goldens.run(name)
    if review:
        _show(line for golden in suite.goldens for line in goldens.diff(golden))
    if update:
        _say_updated(goldens.update(suite))
        suite = goldens.run(name)
    problems = [*goldens.check(suite), *(suite.unreached if strict else ())]
    for problem in problems:
        complain(str(problem))
    for note in () if strict else suite.unreached:
        complain(str(replace(note, message=f"note: {note.message}")))
    typer.echo(_summary(name, suite, len(problems)))
    return Exit.PROBLEMS if problems else Exit.FINE


def _summary(name: str, suite: Suite, problems: int) -> str:
    events = sum(len(golden.events) for golden in suite.goldens)
    verdict = _count(problems, "problem") if problems else "fine"
    return f"{name}: {_count(len(suite.goldens), 'golden')}, {_count(events, 'event')}, {verdict}"


def _say_updated(files: Iterable[Path]) -> None:
    from adapters.yamlfile import shown

    for file in files:
        typer.echo(f"{'wrote' if file.exists() else 'removed'} {shown(file)}")


def _show(diff: Iterable[str]) -> None:
    for line in diff:
        typer.secho(printable(line), fg=_COLOURS.get(line[0] if line else ""))


_COLOURS = {"+": typer.colors.GREEN, "-": typer.colors.RED, "@": typer.colors.CYAN}


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")

"""The mappings that `check` is given, each with its examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import typer

from adapters import goldens
from adapters.cli.exits import Exit, complain, count, printable
from adapters.errors import ConfigError
from adapters.goldens import Suite
from adapters.mapping import library
from adapters.yamlfile import shown


def shipped() -> list[str]:
    """The names of the mappings that come with the package."""
    return library.shipped()


def checked(name: str, *, review: bool, update: bool, strict: bool) -> Exit:
    """Tells what is wrong with a mapping and its examples; does to them what is asked for."""
    try:
        return _checked(name, review=review, update=update, strict=strict)
    except ConfigError as error:
        complain(str(error))
        return Exit.USAGE


def _checked(name: str, *, review: bool, update: bool, strict: bool) -> Exit:
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
    verdict = count(problems, "problem") if problems else "fine"
    return f"{name}: {count(len(suite.goldens), 'golden')}, {count(events, 'event')}, {verdict}"


def _say_updated(files: Iterable[Path]) -> None:
    for file in files:
        typer.echo(f"{'wrote' if file.exists() else 'removed'} {shown(file)}")


def _show(diff: Iterable[str]) -> None:
    for line in diff:
        typer.secho(printable(line), fg=_COLOURS.get(line[0] if line else ""))


_COLOURS = {"+": typer.colors.GREEN, "-": typer.colors.RED, "@": typer.colors.CYAN}

"""`check`: configurations and mappings, before they go live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.exits import Exit, complain, count, printable
from adapters.cli.options import ConfigFile

Mappings = Annotated[list[str] | None, typer.Argument(metavar="MAPPING", show_default=False)]
Review = Annotated[bool, typer.Option("--review", help="Show how events differ from the expected files.")]
Update = Annotated[bool, typer.Option("--update", help="Write the expected files anew, as the mapping is now.")]
Strict = Annotated[bool, typer.Option("--strict", help="What no example fires, or is ignored by, is a problem.")]
All = Annotated[bool, typer.Option("--all", help="Check every mapping that comes with the package, too.")]
Connect = Annotated[
    bool, typer.Option("--connect", help="Try every tool and every sink of the configuration once; nothing is sent.")
]


def check(
    context: typer.Context,
    mappings: Mappings = None,
    config: ConfigFile = None,
    review: Review = False,
    update: Update = False,
    strict: Strict = False,
    every: All = False,
    connect: Connect = False,
) -> None:
    """Check a configuration as `run` would, without running, and that mappings make of their examples what they should.

    A MAPPING is a shipped name (jenkins/notification) or a path; if none is given, it is each of the user's that the
    configuration names. Its examples are in inputs/ beside it, what they become in expected/.
    """
    from adapters.cli.check_mappings import checked, shipped

    codes = [Exit.FINE]
    wanted = [*(mappings or ()), *(shipped() if every else ())]
    given = context.get_parameter_source("config")
    if not wanted or connect or (given and given.name == "COMMANDLINE"):
        code, own = _configuration(config, connect=connect)
        codes.append(code)
        wanted += own
    codes += [checked(name, review=review, update=update, strict=strict) for name in dict.fromkeys(wanted)]
    raise typer.Exit(max(codes))


def _configuration(given: Path | None, *, connect: bool) -> tuple[Exit, list[str]]:
    """What is wrong with a configuration is told; the mappings of the user that it names."""
    from adapters.cli.check_configuration import trial
    from adapters.errors import ConfigError
    from adapters.places import chosen

    file = chosen(given)
    try:
        found = trial(file, connect=connect)
    except ConfigError as error:
        complain(str(error))
        return Exit.USAGE, []
    for variable in found.config.variables:
        typer.echo(f"{variable}: is what counts, whatever {file} says")
    for note in found.notes:
        complain(f"{note.where}: note: {note.message}" + (f" ({note.hint})" if note.hint else ""))
    for each in found.outcomes:
        at = ".".join(map(str, each.at))
        if each.reached:
            typer.echo(printable(f"{at}: {each.found}"))
        else:
            complain(str(found.config.problem(each.at, f"{at} is not reached: {each.found}")))
    parts = ((found.config.sources, "source"), (found.config.sinks, "sink"), (found.config.routes, "route"))
    counts = ", ".join(count(len(part), noun) for part, noun in parts)
    typer.echo(f"{file}: {counts}, {'fine' if found.reached else 'not all can be reached'}")
    return Exit.FINE if found.reached else Exit.PROBLEMS, found.mappings

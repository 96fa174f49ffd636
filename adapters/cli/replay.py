"""`replay`: history turned into events."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.exits import Exit, complain
from adapters.cli.options import ConfigFile, Variables, configuration, values
from adapters.model import Format

if TYPE_CHECKING:
    from adapters.config import Config
    from adapters.replay.archive import Shard
    from adapters.replay.plan import Progress, Replay


def _time(text: str) -> str:
    """A time as events write theirs."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("expected a time such as 2026-03-01 or 2026-03-01T12:00:00Z") from None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).isoformat()[:-6] + "Z"


def _url(text: str) -> str:
    """The URL of a tool, as a configuration may have it."""
    from pydantic import ValidationError

    from adapters.settings import told
    from adapters.settings.full import checked
    from adapters.sources.contract import Instance

    try:
        url: str = checked(Instance, text)
    except ValidationError as error:
        raise typer.BadParameter(told(error)[0]["msg"]) from None
    return url


Inputs = Annotated[
    list[str], typer.Argument(metavar="INPUT...", help="Files, folders and globs: .json, .xml and .tap are one "
    "notification each, anything else one a line, all also .gz, .xz and .zst; or a journal; or objects, as "
    "s3://BUCKET/KEY (gs, az, sftp).", show_default=False)
]  # fmt: skip
Source = Annotated[str | None, typer.Option(help="The source, in the configuration, that the notifications are of.")]
RouteName = Annotated[str | None, typer.Option("--route", help="The route, in the configuration, that publishes them.")]
Mapping = Annotated[
    str | None, typer.Option(help="The mapping: without --config all that is needed, with it in place of the source's.")
]
Instance = Annotated[
    str | None,
    typer.Option(parser=_url, metavar="URL", help="The tool's URL, of which every id is made; needed by --mapping."),
]
Output = Annotated[str | None, typer.Option("--output", "-o", metavar="FILE", help="Without a configuration: a file.")]
Since = Annotated[str | None, typer.Option(parser=_time, metavar="TIME", help="Only events from this time on.")]
Until = Annotated[str | None, typer.Option(parser=_time, metavar="TIME", help="Only events before this time.")]
Rate = Annotated[float, typer.Option(min=0, metavar="N", help="At most N records a second; 0 for no limit.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Publish nothing; say what would be.")]
Jobs = Annotated[int, typer.Option(min=1, metavar="N", help="Use N processes; a file sink then is N files.")]
ShardOption = Annotated[str, typer.Option("--shard", metavar="I/N", help="Only the I-th (from 0) of N equal shares.")]
StateOption = Annotated[
    Path | None,
    typer.Option(
        "--state", metavar="FILE", help="Where the checkpoint is, which stays: what is done is not done again."
    ),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Start over, whatever the checkpoint says.")]


def replay(
    context: typer.Context,
    inputs: Inputs,
    config: ConfigFile = None,
    source: Source = None,
    route: RouteName = None,
    mapping: Mapping = None,
    instance: Instance = None,
    variables: Variables = None,
    output: Output = None,
    since: Since = None,
    until: Until = None,
    rate: Rate = 0,
    dry_run: DryRun = False,
    jobs: Jobs = 1,
    shard: ShardOption = "0/1",
    state: StateOption = None,
    fresh: Fresh = False,
) -> None:
    """Turn history into events, with their original times and the ids they would have had."""
    from adapters.cli.replayed import Told, alone, changed
    from adapters.replay import jobs as processes
    from adapters.replay.plan import Replay

    given = context.get_parameter_source("config")
    told = Told(mapping, instance, values(variables), source)
    if mapping and not (given and given.name == "COMMANDLINE"):
        settings = alone(told, inputs, output, dry_run=dry_run)
    else:
        settings = configuration(config)
    publishing = [name for name in settings.routes if _publishes_cdevents(settings, name)]
    chosen = _one("--source", source, list(settings.sources))
    plan = Replay(
        config=changed(settings, chosen, told),
        source=chosen,
        route=_one("--route", route, [*settings.routes] if route else publishing),
        inputs=inputs,
        state=_of(state or _state(inputs, source, route, mapping, output, shard, *(variables or ())), dry_run=dry_run),
        shard=_shard(shard),
        since=since or "",
        until=until or "",
        rate=rate / jobs,
        only=mapping is not None,
        dry_run=dry_run,
        fresh=fresh,
        once=state is not None and not dry_run,
    )
    _check(plan)
    processes.log(settings)
    _say_appended(processes.shares(plan, jobs))
    with _bar() as report:
        progress = processes.run(plan, jobs, report)
    _summarise(plan, progress)
    raise typer.Exit(Exit.PROBLEMS if progress.parked or _strange(plan, progress) else Exit.FINE)


def _check(plan: Replay) -> None:
    """A usage error where a route cannot publish what is asked for."""
    route = plan.config.routes[plan.route]
    if route.sources is not None and plan.source not in route.sources:
        raise typer.BadParameter(f"the route {plan.route} is of {', '.join(route.sources)}", param_hint="--source")
    if (plan.since or plan.until) and route.format is Format.LEGACY:
        raise typer.BadParameter("only CDEvents have a time of their own", param_hint="--since, --until")


def _say_appended(plans: Iterable[Replay]) -> None:
    from adapters.sinks.file import FileSettings

    for plan in plans:
        sink = plan.config.sinks[plan.config.routes[plan.route].sink]
        if isinstance(sink, FileSettings) and sink.path.exists() and not plan.dry_run:
            complain(f"{sink.path} is there already: events are added at its end")


def _publishes_cdevents(settings: Config, route: str) -> bool:
    """Whether a route may be meant where none is named: history is acted on only by a route that is."""
    found = settings.routes[route]
    return found.format is Format.CDEVENTS and not settings.acts(found)


def _one(option: str, given: str | None, names: list[str]) -> str:
    """The name that was given, or the only one there is; a usage error otherwise."""
    if given in names or (given is None and len(names) == 1):
        return given or names[0]
    message = f"there is no '{given}'" if given else "say which"
    raise typer.BadParameter(f"{message}: {', '.join(names) or 'the configuration has none'}", param_hint=option)


def _shard(text: str) -> Shard:
    from adapters.replay.archive import Shard

    index, _, count = text.partition("/")
    if index.isdecimal() and count.isdecimal() and int(index) < int(count):
        return Shard(int(index), int(count))
    raise typer.BadParameter(f"'{text}' is not I/N with I from 0 to N-1", param_hint="--shard")


def _state(*what: object) -> Path:
    """The checkpoint of a command: the same for the same inputs, source, route and shard."""
    name = hashlib.sha256(repr(what).encode()).hexdigest()[:12]
    return Path("var") / "replay" / f"{name}.json"


def _of(state: Path, *, dry_run: bool) -> Path:
    """What is tried has a checkpoint of its own: it must not end, or be taken for, what publishes."""
    return state.with_stem(f"{state.stem}-dry-run") if dry_run else state


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    """A live bar on a terminal: how much, how fast, how long to go."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[text]}"), TimeRemainingColumn())
    console = Console(stderr=True)
    began = time.monotonic()
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=None, text="")

        def report(progress: Progress) -> None:
            speed = (progress.records - progress.resumed) / max(time.monotonic() - began, 0.001)
            text = f"{progress.records:,} records, {speed:,.0f}/s, {progress.parked:,} parked"
            bar.update(task, total=progress.total, completed=progress.done, text=text)

        yield report


def _strange(plan: Replay, progress: Progress) -> bool:
    """Whether nothing was known of an archive; a part of one may well be of such records alone."""
    return plan.shard.count == 1 and progress.strange


def _summarise(plan: Replay, progress: Progress) -> None:
    """On stderr: how many events of each type, what is none, by mapping, and where what could not be translated is."""
    if progress.over:
        complain(f"{plan.state} says that all of it is done already: --fresh starts over")
    elif progress.resumed:
        complain(f"went on after {progress.resumed:,} records of an interrupted replay")
    for type_, count in sorted(progress.events.items()):
        complain(f"{count:>12,}  {type_}")
    verb = "would be published" if plan.dry_run else "published"
    complain(
        f"{progress.records:,} records read, {progress.events.total():,} events {verb}, {progress.parked:,} parked"
    )
    for mapping, outcome in sorted(progress.outcomes.items()):
        complain(
            f"{mapping}: {outcome.ignored:,} ignored, {outcome.unmatched:,} covered by no rule, "
            f"{outcome.left_out:,} events left out"
        )
    if _strange(plan, progress):
        complain("nothing of what was read is known to the mapping: is it the tool's? `translate --explain` tells why")
    if progress.parked:
        complain(f"what is parked, and why, is in {plan.state.parent}/{plan.state.stem}*.dead-letters.jsonl")

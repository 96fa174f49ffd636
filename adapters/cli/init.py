"""`init`: a first configuration, by questions or by options; or a mapping, from what a tool said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.exits import Exit, complain
from adapters.cli.proposed import propose

_Text = str | None
_DEFAULT = Path("cdevents-adapters.yaml")
File = Annotated[Path, typer.Argument(metavar="FILE", help="Where to; with --from, the folder of the mapping.")]
More = Annotated[list[Path] | None, typer.Argument(metavar="SAMPLE", help="More samples.", show_default=False)]
From = Annotated[
    list[Path] | None,
    typer.Option("--from", metavar="SAMPLE", help="Write a mapping, proposed from what a tool sent or logged."),
]
Hear = Annotated[
    _Text, typer.Option(metavar="TOOL/WAY", help="What to hear, and how: jenkins/webhook, gerrit/stream, ...")
]
Instance = Annotated[_Text, typer.Option(metavar="URL", help="The tool's URL, of which every id is made.")]
Home = Annotated[_Text, typer.Option(metavar="FOLDER", help="Of jenkins/home: JENKINS_HOME.")]
User = Annotated[_Text, typer.Option(help="Of Jenkins, or of Gerrit; nobody, if empty.")]
TokenFile = Annotated[
    _Text, typer.Option(metavar="FILE", help="A file with that user's token or password, or its SSH key.")
]
KnownHosts = Annotated[_Text, typer.Option(metavar="FILE", help="Of gerrit/stream: OpenSSH's known_hosts.")]
To = Annotated[
    _Text, typer.Option(metavar="WHERE", help="Where to publish: an http(s) URL, a folder, or - for stdout.")
]
Listen = Annotated[_Text, typer.Option(metavar="HOST:PORT", help="Where webhooks, health and metrics are.")]
Force = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]


def init(
    file: File = _DEFAULT,
    more: More = None,
    samples: From = None,
    hear: Hear = None,
    instance: Instance = None,
    home: Home = None,
    user: User = None,
    token_file: TokenFile = None,
    known_hosts: KnownHosts = None,
    to: To = None,
    listen: Listen = None,
    force: Force = False,
) -> None:
    """Write a configuration that `check` passes. What no option says is asked for. With --from, write a mapping.

    `init acme/webhook --from SAMPLE...` writes a mapping with its examples: ids, times, outcomes and kinds of
    notifications are proposed, with comments. Samples are JSON, NDJSON, XML, forms, HTTP requests, logs, legacy
    events that a sidecar published, or what it has heard: its journal, `var/journal.db#source`.

    Without --config and CDEVENTS_ADAPTERS_CONFIG, commands take the first that there is of ./cdevents-adapters.yaml,
    ./config/cdevents-adapters.yaml, $XDG_CONFIG_HOME/cdevents-adapters/adapters.yaml and
    /etc/cdevents-adapters/adapters.yaml.
    """
    if samples:
        if file == _DEFAULT or force:
            raise typer.BadParameter("say which folder: init NAME --from SAMPLE; none is replaced", param_hint="NAME")
        propose(file, [*samples, *(more or ())], instance)
        return
    if more:
        raise typer.BadParameter(f"{more[0]}: samples come behind --from", param_hint="SAMPLE")
    from adapters.cli.begun import Answers, written
    from adapters.cli.check_configuration import trial
    from adapters.errors import ConfigError

    if file.exists() and not force:
        raise typer.BadParameter(f"{file} is there already: name another, or say --force", param_hint="FILE")
    given = {"instance": instance, "home": home, "user": user, "token_file": token_file, "known_hosts": known_hosts}
    text = written(Answers({"hear": hear, **given, "to": to, "listen": listen}))
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    try:
        trial(draft, connect=False)
    except ConfigError as error:
        draft.unlink()
        complain(str(error).replace(str(draft), str(file)))
        raise typer.Exit(Exit.USAGE) from None
    draft.replace(file)
    typer.echo(
        f"{file}: written. Next: cdevents-adapters check --config {file} --connect, and then run --config {file}"
    )

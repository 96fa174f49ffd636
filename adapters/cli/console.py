"""`console`: pages about a sidecar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from adapters.cli.options import ConfigFile, configuration

if TYPE_CHECKING:
    from adapters.config import Config

Listen = Annotated[
    str | None, typer.Option("--listen", metavar="HOST:PORT", help="Where, if not as the configuration says.")
]
Beside = Annotated[bool, typer.Option("--beside", hidden=True, help="End when standard input does.")]


def console(config: ConfigFile = None, listen: Listen = None, beside: Beside = False) -> None:
    """Show a sidecar in the browser: what flows, what stays behind, and why. A process of its own; ends with Ctrl-C."""
    from adapters import logs
    from adapters.config.checks import exposed
    from adapters.console.process import start
    from adapters.errors import ConfigError
    from adapters.redaction import redaction

    settings = configuration(config)
    if listen is not None:
        settings = _listening(settings, listen)
    if problems := [settings.problem(*each) for each in exposed(settings)]:
        raise ConfigError(problems)
    logs.configure(settings.log.level, settings.log.format, redact=redaction(settings))
    start(settings, beside=beside)


def _listening(settings: Config, address: str) -> Config:
    from pydantic import ValidationError

    from adapters.config.address import Address
    from adapters.settings.full import checked

    try:
        checked(Address, address)
    except ValidationError:
        raise typer.BadParameter("expected host:port, such as 127.0.0.1:8081", param_hint="--listen") from None
    console = settings.console.model_copy(update={"listen": address})
    return settings.model_copy(update={"console": console})

"""Where the console is, and who is let in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from adapters import late
from adapters.config.address import Address, is_loopback
from adapters.listening import host_and_port
from adapters.settings import Settings, model_validator

if TYPE_CHECKING:
    from adapters.sources.auth.settings import Auth
else:
    Auth = late.settings("adapters.sources.auth.settings", "Auth")

_OF_BROWSERS = ("basic", "bearer", "header")


class Console(Settings):
    """Where its pages are, and what a browser, or a proxy before it, has to show to see them.

    `hosts` are the names by which it is reached beside those of this machine: those of a proxy. `production` are the
    environments whose deployments are measured, by their names or patterns, where nobody asks for others; `teams` is a
    CSV of services and repositories, and their teams.
    """

    listen: Address = "127.0.0.1:8081"
    auth: Auth | None = None
    hosts: tuple[str, ...] = ()
    production: tuple[str, ...] = ()
    teams: Path | None = None

    @model_validator(mode="after")
    def _for_browsers(self) -> Self:
        if self.auth and all(getattr(self.auth, way) is None for way in _OF_BROWSERS):
            raise ValueError(f"a browser signs nothing: expected an auth by {', '.join(_OF_BROWSERS)}")
        return self

    @property
    def open(self) -> bool:
        """Whether others than this machine would see it without being asked who they are."""
        return self.auth is None and not is_loopback(host_and_port(self.listen)[0])

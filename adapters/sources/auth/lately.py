"""Who calls a webhook, where that is asked: the ways to tell are imported where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, cast

from adapters import late
from adapters.settings import Only
from adapters.sources.auth.contract import Guard

if TYPE_CHECKING:
    from adapters.sources.auth.settings import Auth
else:
    Auth = late.settings("adapters.sources.auth.settings", "Auth")

AuthOrNone = Annotated[
    Annotated[Literal["none"], Only("Tag", "open")] | Annotated[Auth, Only("Tag", "auth")],
    Only("Discriminator", lambda value: "open" if value == "none" else "auth"),
]
"""`none`, for whom it may concern, or a way to tell the caller."""

_asked = late.late("adapters.sources.auth.settings", "guard")


def guard(auth: Auth | Literal["none"] | None) -> Guard:
    """The guard that the settings ask for; without any, everybody is let in."""
    if auth is None or auth == "none":
        return Guard("", lambda _headers: True)
    return cast("Guard", _asked(auth))

"""What a `gerrit-stream` source may be told."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from adapters.secrets import Secret
from adapters.settings import AwareDatetime, Duration, Expected, Field, Settings, TimeZone, model_validator
from adapters.sources.contract import SourceSettings

EventType = Annotated[str, Field(pattern=r"^[a-z][a-z-]*$"), Expected("the type of an event, such as patchset-created")]
"""A type of Gerrit's events, such as `change-merged`."""

Seconds = Annotated[Duration, Field(gt=0)]


class Http(Settings):
    """Where the backfill asks: Gerrit's REST API.

    `url` is the instance unless told; without `username` it is asked as anybody. `password` is the HTTP password of
    Gerrit's settings page. `time_zone` is the Gerrit server's, in which its events-log plugin reads times.
    """

    url: (
        Annotated[
            str,
            Field(pattern=r"^https?://[^@/]+(/|$)"),
            Expected("a URL without a user, such as https://gerrit.example.com"),
        ]
        | None
    ) = None
    username: str | None = None
    password: Secret | None = None
    ca: Path | None = None
    timeout: Seconds = 30.0
    time_zone: TimeZone = "UTC"

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("'username' and 'password' go together")
        return self


class GerritStreamSettings(SourceSettings):
    """Whom to ask for the stream, and how to fill its gaps.

    `known_hosts: none`, written out, trusts whoever answers. `events` are the only types that are wanted; none: all.
    A backfill goes back to `overlap` before the last event heard, but never further than `window`. The first start
    fills nothing, unless `since` says from when.
    """

    type: Literal["gerrit-stream"]
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(gt=0, lt=65536)] = 29418
    username: Annotated[str, Field(min_length=1)]
    key: Path
    known_hosts: Path | Literal["none"]
    events: tuple[EventType, ...] = ()
    keepalive: Seconds = 30.0
    timeout: Seconds = 30.0
    http: Http = Http()
    backfill: Literal["auto", "events-log", "changes", "none"] = "auto"
    overlap: Annotated[Duration, Field(ge=5, description="events-log writes what it heard only every few seconds")] = (
        5.0
    )
    window: Seconds = 7 * 86400.0
    since: AwareDatetime | None = None

    @property
    def single(self) -> bool:
        """As in SourceSettings."""
        return True

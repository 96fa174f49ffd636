"""The settings of actions: what to do for an event, in templates that are checked when the configuration loads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from adapters.secrets import Secret
from adapters.settings import Duration
from adapters.sinks.actions import place
from adapters.sinks.actions.place import Place
from adapters.sinks.actions.shape import Tables, shape
from adapters.sinks.contract import SinkSettings
from adapters.sinks.http_settings import Auth, Basic, HeaderName
from adapters.tls import Tls


class ActionSettings(SinkSettings):
    """What every action has.

    `done` is the file in which it notes the events that it has acted on; `tables` are for the filter of that name.
    """

    done: Path
    tables: dict[str, dict[str, Any]] = {}
    timeout: Annotated[Duration, Field(gt=0)] = 30.0
    tls: Tls = Tls()

    def templates(self) -> Iterable[Any]:
        """All that is shaped by an event."""
        return ()

    def places(self) -> Iterable[tuple[Callable[[str, Tables], Place], str]]:
        """Of what is shaped by an event, what says where to act, and how it is made."""
        return ()

    @model_validator(mode="after")
    def _compile(self) -> Self:
        for template in self.templates():
            shape(template, self.tables)
        for make, template in self.places():
            make(template, self.tables)
        return self


class HttpCallSettings(ActionSettings):
    """Where to, and what with; without a `body` none is sent. The event's id goes along as `Idempotency-Key`."""

    type: Literal["http-call"]
    method: Literal["POST", "PUT", "PATCH", "DELETE", "GET"] = "POST"
    url: str
    body: Any = None
    auth: Auth | None = None
    headers: dict[HeaderName, Secret] = {}

    def templates(self) -> Iterable[Any]:
        """The body."""
        return (self.body,)

    def places(self) -> Iterable[tuple[Callable[[str, Tables], Place], str]]:
        """The URL."""
        return ((place.url, self.url),)


class JenkinsJobSettings(ActionSettings):
    """Which job of which Jenkins: `job` is its full name (`team/deploy`); the password is a user's API token."""

    type: Literal["jenkins-job"]
    url: Annotated[str, Field(pattern=r"^https?://")]
    auth: Basic
    job: str
    parameters: dict[str, str] = {}

    def templates(self) -> Iterable[str]:
        """The parameters."""
        return self.parameters.values()

    def places(self) -> Iterable[tuple[Callable[[str, Tables], Place], str]]:
        """The job."""
        return ((place.names, self.job),)


class GerritReviewSettings(ActionSettings):
    """Which change and revision of which Gerrit, and what to say: `change` is `project~number`, percent-encoded.

    `labels` are votes, such as `Verified: "${subject.content.outcome | table(vote)}"`; an empty text is no vote.
    `instance` is what events call this Gerrit, if not by its `url`: a change of another one is refused.
    """

    type: Literal["gerrit-review"]
    url: Annotated[str, Field(pattern=r"^https?://")]
    auth: Basic
    instance: str | None = None
    change: str
    revision: str = "current"
    message: str
    labels: dict[str, str] = {}

    def templates(self) -> Iterable[str]:
        """The message and the votes."""
        return self.message, *self.labels.values()

    def places(self) -> Iterable[tuple[Callable[[str, Tables], Place], str]]:
        """The change and its revision."""
        return ((place.name, self.change), (place.name, self.revision))

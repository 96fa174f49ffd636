"""The settings of actions: what to do for an event, in templates that are checked when the configuration loads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from adapters.endpoint.settings import Auth, Basic, Called, HeaderName
from adapters.secrets import HeaderSecret
from adapters.settings import Duration, Expected, Field, model_validator, placed
from adapters.sinks.actions import place
from adapters.sinks.actions.place import Place
from adapters.sinks.actions.shape import Tables, shape
from adapters.sinks.contract import SinkSettings
from adapters.sinks.signing import Signing
from adapters.tls import Tls
from adapters.yamlfile import Location


class ActionSettings(SinkSettings):
    """What every action has.

    `done` is the file in which it notes the events that it has acted on; `tables` are for the filter of that name.
    """

    done: Path
    tables: dict[str, dict[str, Any]] = {}
    timeout: Annotated[Duration, Field(gt=0)] = 30.0
    tls: Tls = Tls()

    templates: ClassVar[Collection[str]] = ()
    """The settings that are shaped by an event."""

    places: ClassVar[Sequence[tuple[str, Callable[[str, Tables], Place]]]] = ()
    """Those of them that say where to act, and how that is made."""

    @classmethod
    def shaped(cls) -> Collection[str]:
        """As in SinkSettings."""
        return (*cls.templates, *dict(cls.places))

    @model_validator(mode="after")
    def _compile(self) -> Self:
        for name in (each for each in self.shaped() if getattr(self, each) is not None):
            make: Callable[[Any, Tables], object] = dict(self.places).get(name) or shape
            for at, template in _parts((name,), getattr(self, name)):
                try:
                    make(template, self.tables)
                except ValueError as problem:
                    raise placed(str(problem), at) from None
        return self


def _parts(at: Location, value: Any) -> Iterator[tuple[Location, Any]]:
    """What can be compiled by itself of a setting, the smallest first, and all of it."""
    if isinstance(value, dict) and not any(key.startswith("$") for key in value):
        for key, each in value.items():
            yield from _parts((*at, key), each)
    yield at, value


class HttpCallSettings(ActionSettings):
    """Where to, and what with; without a `body` none is sent. The event's id goes along as `Idempotency-Key`."""

    type: Literal["http-call"]
    method: Literal["POST", "PUT", "PATCH", "DELETE", "GET"] = "POST"
    url: str
    body: Any = None
    auth: Auth | None = None
    sign: Signing | None = None
    headers: dict[HeaderName, HeaderSecret] = {}

    templates = ("body",)
    places = (("url", place.url),)

    @property
    def templated(self) -> bool:
        """As in SinkSettings."""
        return self.body is not None or "${" in self.url


class JenkinsJobSettings(ActionSettings):
    """Which Jenkins, as whom (the password is an API token), and for CDEvents which job, as `team/deploy`."""

    type: Literal["jenkins-job"]
    url: Annotated[str, Field(pattern=r"^https?://"), Expected("a URL such as https://jenkins.example.com/"), Called]
    auth: Basic
    job: str | None = None
    parameters: dict[str, str] = {}

    templates = ("parameters",)
    places = (("job", place.names),)

    @model_validator(mode="after")
    def _of_a_job(self) -> Self:
        if self.job is None and self.parameters:
            raise placed("these are the parameters of a `job`, and there is none", ("parameters",))
        return self

    @property
    def templated(self) -> bool:
        """As in SinkSettings."""
        return self.job is not None


class GerritReviewSettings(ActionSettings):
    """Which Gerrit, and for CDEvents which change and revision, and what to say: `project~number`, percent-encoded.

    `labels` are votes, such as `Verified: "${subject.content.outcome | table(vote)}"`; an empty text is no vote.
    `instance` is what events call this Gerrit, if not by its `url`: a change of another one is refused.
    """

    type: Literal["gerrit-review"]
    url: Annotated[str, Field(pattern=r"^https?://"), Expected("a URL such as https://jenkins.example.com/"), Called]
    auth: Basic
    instance: str | None = None
    change: str | None = None
    revision: str = "current"
    message: str | None = None
    labels: dict[str, str] = {}

    templates = ("message", "labels")
    places = (("change", place.name), ("revision", place.name))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.change is None) != (self.message is None):
            raise ValueError("a review of CDEvents has both 'change' and 'message'; one of messages has neither")
        return self

    @property
    def templated(self) -> bool:
        """As in SinkSettings."""
        return self.change is not None

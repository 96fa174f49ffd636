"""What a `gerrit-api` source may be told."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from adapters.endpoint.settings import Called
from adapters.secrets import Secret
from adapters.settings import AwareDatetime, Duration, Expected, Field, model_validator
from adapters.sources.contract import SourceSettings
from adapters.tls import Tls

Seconds = Annotated[Duration, Field(gt=0)]


class GerritApiSettings(SourceSettings):
    """A Gerrit, and how gently to ask it.

    `url` is where to reach it, where that is not the `instance`. `username` and `password` (the HTTP password of
    Gerrit's settings page) go together, `token` is a bearer token; without either it is asked as anybody. `query` are
    terms of Gerrit's search that changes must match as well. What is told later than `overlap` after it happened is not
    heard. The first start tells nothing of the past, unless `since` says from when.
    """

    type: Literal["gerrit-api"]
    url: Annotated[str, Field(pattern=r"^https?://[^@/]+(/|$)"), Expected("a URL without a user"), Called] | None = None
    username: Annotated[str, Field(min_length=1)] | None = None
    password: Secret | None = None
    token: Secret | None = None
    query: str = ""
    poll: Seconds = 30.0
    requests_per_second: Annotated[float, Field(gt=0)] = 5.0
    timeout: Seconds = 30.0
    tls: Tls = Tls()
    overlap: Annotated[Duration, Field(ge=1, description="Gerrit finds a change a while after it was updated")] = 60.0
    since: AwareDatetime | None = None

    @property
    def single(self) -> bool:
        """As in SourceSettings."""
        return True

    @property
    def user(self) -> tuple[str, Secret] | Secret | None:
        """Who asks: a name and a password, a token, or anybody."""
        return (self.username, self.password) if self.username and self.password else self.token

    @model_validator(mode="after")
    def _one_user(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("'username' and 'password' go together")
        if self.username is not None and self.token is not None:
            raise ValueError("either 'username' and 'password', or 'token'")
        return self

"""What one may set for a Jenkins that is polled."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from adapters.endpoint.settings import Called
from adapters.secrets import Secret
from adapters.settings import Duration, Expected, Field, model_validator
from adapters.sources.contract import SourceSettings
from adapters.tls import Tls


class JenkinsApiSettings(SourceSettings):
    """A Jenkins, and how gently to ask it.

    `url` is where to reach it, where that is not the `instance`. `user` and `token` (an API token of that user, who may
    read jobs) go together. `folders` is how many levels of folders are looked into; a multibranch project is one.
    `stages` asks for those of each Pipeline's build: one request more. Without `history`, the builds that are there at
    the very first start are passed over.
    """

    type: Literal["jenkins-api"]
    url: Annotated[str, Field(pattern=r"^https?://[^@]+$"), Expected("a URL without a user"), Called] | None = None
    user: str | None = None
    token: Secret | None = None
    poll: Annotated[Duration, Field(gt=0)] = 30.0
    requests_per_second: Annotated[float, Field(gt=0)] = 10.0
    timeout: Annotated[Duration, Field(gt=0)] = 10.0
    tls: Tls = Tls()
    folders: Annotated[int, Field(ge=0, le=20)] = 5
    stages: bool = True
    history: bool = True

    @property
    def single(self) -> bool:
        """As in SourceSettings."""
        return True

    @model_validator(mode="after")
    def _user_with_token(self) -> Self:
        if (self.user is None) != (self.token is None):
            raise ValueError("user and token go together")
        return self

"""How a registry is reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from adapters.endpoint.settings import Called
from adapters.secrets import Secret
from adapters.settings import Duration, Expected, Field, Settings, model_validator

Seconds = Annotated[Duration, Field(gt=0)]


class RegistryApi(Settings):
    """The HTTP API of a registry (OCI distribution-spec), with a user if it wants one.

    `timeout` is for each answer; and when it is over, nothing more is asked for the same batch of notifications.
    """

    url: Annotated[
        str, Field(pattern=r"^https?://[^@/]+(/|$)"), Expected("a URL such as https://registry.example.com"), Called
    ]
    username: str | None = None
    password: Secret | None = None
    ca: Path | None = None
    timeout: Seconds = 3.0

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("'username' and 'password' go together")
        return self

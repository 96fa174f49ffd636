"""What a `registry-log` source may be told."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from adapters.settings import Settings, model_validator
from adapters.sources.registry.settings import RegistryApi, Seconds
from adapters.sources.tail.settings import TailSettings


class Api(RegistryApi):
    """The registry itself, which knows where a tag points now: so only lines younger than `fresh` are looked up."""

    timeout: Seconds = 10.0
    fresh: Seconds = 60.0


class Lookup(Settings):
    """Where the digest of a tag is found.

    `storage` is the `rootdirectory` of the registry's filesystem driver, which also knows where a tag pointed then.
    """

    storage: Path | None = None
    api: Api | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.storage is None) == (self.api is None):
            raise ValueError("expected exactly one of storage and api")
        return self


class RegistryLogSettings(TailSettings):
    """A tail of the registry's log files (`log.formatter` json or text, or the access log), one line each."""

    type: Literal["registry-log"]  # type: ignore[assignment]  # another word for a tail that looks things up
    lookup: Lookup
    lines_per_notification: Literal[1] = 1

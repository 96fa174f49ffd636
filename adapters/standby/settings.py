"""What a sidecar may be told of others that could do the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from adapters.secrets import Secret
from adapters.settings import Expected, Field, PostgresqlUrl, Settings, model_validator
from adapters.sources.kubernetes.cluster import ClusterSettings, Name


class Lease(ClusterSettings):
    """The name of a Lease (coordination.k8s.io/v1) and its namespace, that of the pod unless told."""

    lease: Annotated[
        str,
        Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$"),
        Expected("a name as Kubernetes has them, such as cdevents-jenkins"),
    ]
    namespace: Name | None = None


class Lock(Settings):
    """Where the database is that has the lock, and what the lock is called there."""

    url: PostgresqlUrl
    password: Secret | None = None
    lock: Annotated[str, Field(min_length=1, max_length=200)] = "cdevents-adapters"


class Standby(Settings):
    """Of all sidecars with the same Lease, or the same lock of PostgreSQL, one hears `sources`; the others stand by.

    Unless told, these are all of which one is enough: those that ask a tool themselves.
    """

    kubernetes: Lease | None = None
    postgresql: Lock | None = None
    sources: Annotated[tuple[str, ...], Field(min_length=1)] | None = None

    @property
    def decides(self) -> Mapping[str, Lease | Lock]:
        """Where it is decided who leads, by its word here."""
        every = {"kubernetes": self.kubernetes, "postgresql": self.postgresql}
        return {word: each for word, each in every.items() if each is not None}

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.kubernetes is None) == (self.postgresql is None):
            raise ValueError("expected either 'kubernetes' or 'postgresql', where it is decided who leads")
        return self

"""What is said of a cluster: where its API is, and as whom it is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from adapters.endpoint.settings import Called
from adapters.secrets import Secret
from adapters.settings import Duration, Expected, Field, Settings, model_validator
from adapters.tls import Tls

Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"), Expected("a name as Kubernetes has them")]
"""The name of a namespace (RFC 1123, a label)."""


class ClusterSettings(Settings):
    """The way in to a cluster.

    The API is that of `kubeconfig` (and its `context`, the current one unless told), or the one at `url` with a
    `token`; with neither, that of the cluster that this runs in, as its service account.
    """

    kubeconfig: Path | None = None
    context: str | None = None
    url: (
        Annotated[
            str,
            Field(pattern=r"^https?://[^@]+$"),
            Expected("a URL without a user, such as https://10.0.0.1:6443"),
            Called,
        ]
        | None
    ) = None
    token: Secret | None = None
    tls: Tls = Tls()
    timeout: Annotated[Duration, Field(gt=0)] = 30.0

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.kubeconfig is not None and self.url is not None:
            raise ValueError("'kubeconfig' and 'url' are two ways to say the same: leave one out")
        if self.context is not None and self.kubeconfig is None:
            raise ValueError("'context' is one of a 'kubeconfig'")
        if self.url is None and (self.token is not None or self.tls != Tls()):
            raise ValueError("'token' and 'tls' go with 'url'")
        return self

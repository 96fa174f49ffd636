"""What a `kubernetes` source may be told."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from adapters.mapping.syntax import SyntaxProblem, members
from adapters.settings import AfterValidator, Expected, Field, Settings, model_validator
from adapters.sources.contract import SourceSettings
from adapters.sources.kubernetes.cluster import ClusterSettings, Name


def _followable(text: str) -> str:
    try:
        members(text)
    except SyntaxProblem as problem:
        raise ValueError(f"expected a path such as status.history[-1].id: {problem}") from None
    return text


ObjectPath = Annotated[str, AfterValidator(_followable)]
"""A path of the mapping language into an object: `spec.source`, `metadata.labels."a/b"`, `status.history[-1].id`."""


class Watched(Settings):
    """Objects of one kind, and the paths in them whose change is told.

    `labels` and `fields` are selectors as Kubernetes has them (`owner=helm`), by which the server chooses.
    """

    model_config = {"validate_by_name": True, "validate_by_alias": True}

    api_version: Annotated[
        str,
        Field(alias="apiVersion", pattern=r"^([a-z0-9.-]+/)?v[0-9][a-z0-9]*$"),
        Expected("an apiVersion such as apps/v1"),
    ]
    kind: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$"), Expected("a kind such as Deployment")]
    changes: Annotated[tuple[ObjectPath, ...], Field(min_length=1)]
    labels: str = ""
    fields: str = ""


Workload = Literal["Deployment", "StatefulSet", "DaemonSet", "Rollout"]
"""A kind whose rollouts are known; a Rollout is one of Argo Rollouts."""


class RolloutsOf(Settings):
    """Whose rollouts are told: of workloads of these kinds, which `labels` chooses, a selector as Kubernetes has it.

    With `published` it is told as well when a Service first answers for one.
    """

    kinds: Annotated[tuple[Workload, ...], Field(min_length=1)] = ("Deployment", "StatefulSet", "DaemonSet")
    labels: str = ""
    published: bool = False


class KubernetesSettings(ClusterSettings, SourceSettings):
    """Which cluster, whose words it takes, and what is watched there.

    The API is that of `kubeconfig` (and its `context`, the current one unless told), or the one at `url` with a
    `token`; with neither, that of the cluster that this runs in, as its service account. Of each of `namespaces`, or of
    all: the `rollouts` of workloads, and the kinds that `watch` lists.
    """

    type: Literal["kubernetes"]
    namespaces: tuple[Name, ...] = ()
    rollouts: RolloutsOf | None = None
    watch: tuple[Watched, ...] = ()

    @property
    def single(self) -> bool:
        """As in SourceSettings."""
        return True

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.watch and self.rollouts is None:
            raise ValueError("nothing is watched: say 'rollouts: {}', or list kinds of objects in 'watch'")
        return self

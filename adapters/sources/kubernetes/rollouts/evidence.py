"""What a cluster knows of a revision beside the workload itself: its history, and the pods that run it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from adapters.sources.kubernetes.api import Api, Forbidden, Json
from adapters.sources.kubernetes.rollouts.parts import count, member, objects, text, texts
from adapters.sources.kubernetes.rollouts.standing import ARGO, Kind
from adapters.sources.kubernetes.rollouts.template import containers, digest, fingerprints, repository

FEW = 20
"""Workloads of which each is asked about by itself; for more at once, all that there is is looked through."""


class Wanted(NamedTuple):
    """A workload, by its uid, and the revision of it that is asked about, as Kind.revision names it.

    `template` are the fingerprints of the workload's own, of which `workload` has only what is told: there may be
    thousands at once.
    """

    uid: str
    workload: Json
    revision: str
    template: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Revision:
    """One that a controller keeps, a ReplicaSet or ControllerRevision; `earlier` are the numbers that it had before.

    `template` are the fingerprints of its template; Argo's Rollouts alone keep it `whole`, for they may have none
    themselves but refer to that of a Deployment (`workloadRef`).
    """

    name: str
    uid: str
    number: int
    created: str
    hash: str
    earlier: tuple[int, ...]
    template: tuple[str, str]
    whole: Json | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a revision; without `current`, the controller does not keep it any more.

    `returned`: its template was there before, for another was made since. `before` are the fingerprints of the revision
    before it. `pods` are those that run it.
    """

    current: Revision | None = None
    returned: bool = False
    before: tuple[str, str] | None = None
    pods: Sequence[Json] = ()

    def template(self, workload: Json) -> Json:
        """What pods of this revision are made of: as the workload has it, or else as its revision does."""
        own = member(workload, "spec", "template")
        return own or (self.current and self.current.whole) or {}

    def fingerprints(self, wanted: Wanted) -> tuple[str, str]:
        """Of that template."""
        if self.current and not member(wanted.workload, "spec", "template"):
            return self.current.template
        return wanted.template

    def images(self, template: Json) -> list[Json]:
        """Of each container what it runs, by name: the manifests' digests as its image names one and as nodes tell."""
        return [self._image(name, image) for name, image in containers(template)]

    def _image(self, name: str, image: str) -> Json:
        ids = dict.fromkeys(said for each in self._statuses(name) if (said := text(each, "imageID")))
        digests = list(dict.fromkeys(filter(None, (digest(each) for each in (image, *ids)))))
        reference = {"reference": f"{repository(image)}@{digests[0]}"} if digests else {}
        return {"name": name, "image": image, "digests": digests, "imageIDs": list(ids), **reference}

    def waiting(self) -> list[Json]:
        """Why containers do not run, each reason once: `{container, reason, message}`."""
        found: list[Json] = []
        for pod in self.pods:
            for each in (
                *objects(pod, "status", "initContainerStatuses"),
                *objects(pod, "status", "containerStatuses"),
            ):
                if reason := text(each, "state", "waiting", "reason"):
                    said = {"container": text(each, "name"), "reason": reason}
                    if said not in ({**known, "message": None} for known in found):
                        found.append({**said, "message": text(each, "state", "waiting", "message")})
        return found

    def ready(self) -> str | None:
        """When the last pod became ready."""
        times = (
            text(each, "lastTransitionTime")
            for pod in self.pods
            for each in objects(pod, "status", "conditions")
            if each.get("type") == "Ready" and each.get("status") == "True"
        )
        return max(filter(None, times), default=None)

    def _statuses(self, container: str) -> Iterator[Json]:
        for pod in self.pods:
            yield from (each for each in objects(pod, "status", "containerStatuses") if each.get("name") == container)


def evidence(api: Api, kind: Kind, wanted: Sequence[Wanted], namespace: str | None) -> dict[str, Evidence]:
    """What is known of each, by uid. Blocks; raises ApiSilent. Pods that may not be listed are told of as none."""
    histories: dict[str, list[Revision]] = {each.uid: [] for each in wanted}
    for found in _listed(api, f"/apis/apps/v1/{{}}{kind.history}", wanted, namespace):
        if (owner := _owner(found)) in histories and (revision := _revision(kind, found)):
            histories[owner].append(revision)
    known = {each.uid: _of_history(kind, each, histories[each.uid]) for each in wanted}
    owners = {_runs(kind, uid, each): uid for uid, each in known.items() if each.current}
    pods: dict[str, list[Json]] = {uid: [] for uid in known}
    for pod in _pods(api, wanted, namespace):
        owner = owners.get((_owner(pod) or "", texts(pod, "metadata", "labels").get(kind.hash_label, "")))
        if owner and not text(pod, "metadata", "deletionTimestamp"):
            pods[owner].append({"status": _kept(member(pod, "status"))})
    return {uid: Evidence(each.current, each.returned, each.before, pods[uid]) for uid, each in known.items()}


def _listed(api: Api, path: str, wanted: Sequence[Wanted], namespace: str | None) -> Iterator[Json]:
    """What belongs to any of the workloads, and more: by the selector of each, or all that there is."""
    if len(wanted) > FEW:
        within = f"namespaces/{namespace}/" if namespace else ""
        places: list[tuple[str, dict[str, str]]] = [(path.format(within), {})]
    else:
        places = [_place(path, each.workload) for each in wanted]
    for place, parameters in places:
        for page in api.pages(place, parameters):
            yield from page.objects


def _place(path: str, workload: Json) -> tuple[str, dict[str, str]]:
    chosen = _selector(member(workload, "spec", "selector"))
    within = f"namespaces/{text(workload, 'metadata', 'namespace')}/"
    return path.format(within), {"labelSelector": chosen} if chosen else {}


def _pods(api: Api, wanted: Sequence[Wanted], namespace: str | None) -> Iterator[Json]:
    try:
        yield from _listed(api, "/api/v1/{}pods", wanted, namespace)
    except Forbidden:
        return


def _selector(selector: Json) -> str:
    """A LabelSelector as a query writes it (Kubernetes, Labels and Selectors)."""
    parts = [f"{name}={value}" for name, value in texts(selector, "matchLabels").items()]
    for each in objects(selector, "matchExpressions"):
        name, values = each.get("key"), each.get("values")
        among = ",".join(map(str, values)) if isinstance(values, list) else ""
        forms = {"In": f"{name} in ({among})", "NotIn": f"{name} notin ({among})", "Exists": f"{name}"}
        parts.append(forms.get(str(each.get("operator")), f"!{name}"))
    return ",".join(parts)


def _owner(found: Json) -> str | None:
    """The uid of the controller of an object."""
    owners = objects(found, "metadata", "ownerReferences")
    return next((text(each, "uid") for each in owners if each.get("controller") is True), None)


def _runs(kind: Kind, uid: str, known: Evidence) -> tuple[str, str]:
    """Whose pods run a revision, and the hash that is on them: a ReplicaSet's, or the workload's own."""
    assert known.current  # noqa: S101 - who calls has seen to it
    return (known.current.uid if kind.history == "replicasets" else uid), known.current.hash


def _revision(kind: Kind, found: Json) -> Revision | None:
    name, uid = text(found, "metadata", "name"), text(found, "metadata", "uid")
    if kind.history == "replicasets":
        prefix = "rollout.argoproj.io" if kind.api_version == ARGO else "deployment.kubernetes.io"
        annotations = texts(found, "metadata", "annotations")
        number = annotations.get(f"{prefix}/revision", "")
        earlier = annotations.get(f"{prefix}/revision-history", "").split(",")
        template = member(found, "spec", "template")
    else:
        number, earlier = str(count(found, "revision")), []
        template = {name: each for name, each in member(found, "data", "spec", "template").items() if name != "$patch"}
    if not (name and uid and number.isdecimal()):
        return None
    return Revision(
        name,
        uid,
        int(number),
        text(found, "metadata", "creationTimestamp") or "",
        _hash(kind, found, name),
        tuple(int(each) for each in earlier if each.isdecimal()),
        fingerprints(template),
        template if kind.api_version == ARGO else None,
    )


def _hash(kind: Kind, found: Json, name: str) -> str:
    """What pods of a revision have as the label of its hash; those of a StatefulSet have the revision's whole name."""
    if kind.name == "StatefulSet":
        return name
    return texts(found, "metadata", "labels").get(kind.hash_label, name.rpartition("-")[2])


def _of_history(kind: Kind, wanted: Wanted, history: Sequence[Revision]) -> Evidence:
    current = _current(kind, wanted, history)
    if current is None:
        return Evidence()
    number = int(wanted.revision) if kind.history == "replicasets" else current.number
    earlier = [each for each in history if each.number < number and each.name != current.name]
    before = max(earlier, key=lambda each: each.number, default=None)
    if kind.history == "replicasets":
        returned = any(each < number for each in (*current.earlier, current.number))
    else:
        returned = any(each.created > current.created for each in earlier)
    return Evidence(current, returned, before.template if before else None)


def _current(kind: Kind, wanted: Wanted, history: Iterable[Revision]) -> Revision | None:
    """The one that a workload asked for: by its name, its template, or its number, be that an earlier one by now."""
    match kind.name:
        case "StatefulSet":
            return next((each for each in history if each.name == wanted.revision), None)
        case "DaemonSet":
            return next((each for each in history if each.template == wanted.template), None)
    return next((each for each in history if int(wanted.revision) in (each.number, *each.earlier)), None)


def _kept(status: Json) -> Json:
    """Of a pod's status what is looked at, for there may be thousands of pods."""
    return {
        name: status[name] for name in ("conditions", "containerStatuses", "initContainerStatuses") if name in status
    }

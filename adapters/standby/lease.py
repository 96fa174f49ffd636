"""Leadership by a Lease of Kubernetes (coordination.k8s.io/v1), as client-go's leaderelection has it.

Whoever leads renews it. Who stands by counts the time since it last saw it renewed, by its own clock; every write says
which version it changes, so that of two only one succeeds. Its annotations are what is shared.
"""

from __future__ import annotations

import time
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeVar

import orjson
import structlog

from adapters.errors import ConfigError, Problem
from adapters.model import Checkpoint
from adapters.sources.kubernetes import access
from adapters.sources.kubernetes.api import LARGEST, Api, ApiSilent, Conflict, Expired, Json, NotServed
from adapters.standby.contract import ANSWER, LEASE, Leader, Lost, Shared, Unavailable, process
from adapters.standby.settings import Lease

TERM, CHECKPOINTS = "cdevents-adapters/term", "cdevents-adapters/checkpoints"
"""The annotations: the term of who led at last, and JSON by source and key, as zlib and base64 have it."""

INSTANCES = "cdevents-adapters/instances"
"""And of what the sources of who leads are, as JSON."""

MOST = 250 << 10
"""Bytes of checkpoints as an annotation: Kubernetes takes 256 KiB of all annotations of an object."""

_HELD_BY, _DURATION = "holderIdentity", "leaseDurationSeconds"

Result = TypeVar("Result")

_log = structlog.get_logger(__name__)


class KubernetesLease:
    """A Leadership; `clock` is monotonic, in seconds."""

    def __init__(
        self,
        settings: Lease,
        instances: Mapping[str, str] = MappingProxyType({}),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises ConfigError where there is no way in to the cluster."""
        namespace = settings.namespace or _own_namespace()
        self._api = Api(access.access(settings), min(settings.timeout, ANSWER))
        self._list = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"
        self._name, self._clock = settings.lease, clock
        self._found: Json = {}
        self._seen: tuple[Any, float] = (None, 0.0)
        self._me, self._instances = process(), {**instances}
        self._checkpoints: dict[str, dict[str, str]] = {}
        self._too_many = False

    def leader(self) -> Leader | None:
        """As in Leadership; whoever holds it is taken for alive."""
        found = _asked(self._get)
        return _leader(found) if found is not None and _spec(found).get(_HELD_BY) else None

    def acquire(self) -> Shared | Leader:
        """As in Leadership; a Lease that is not there is made."""
        found = _asked(self._get)
        if found is not None and not self._free(found):
            return _leader(found)
        before = found or {"metadata": {"name": self._name}}
        shared = _shared(before)
        try:
            self._found = _asked(lambda: self._put(self._taken(before)))
        except _Overtaken:
            return Leader()
        self._checkpoints = {source: dict(known) for source, known in shared.checkpoints.items()}
        return shared

    def renew(self, term: str, checkpoints: Sequence[Checkpoint]) -> None:
        """As in Leadership; checkpoints that are too many for a Lease are said once, and left as they were."""
        for each in checkpoints:
            known = self._checkpoints.setdefault(each.source, {})
            known.pop(each.key, None)
            if each.value is not None:
                known[each.key] = each.value
        annotations = {
            TERM: term,
            INSTANCES: orjson.dumps(self._instances).decode(),
            CHECKPOINTS: _encoded(self._checkpoints),
        }
        if self._exceeds(len(annotations[CHECKPOINTS])):
            del annotations[CHECKPOINTS]
        try:
            self._found = _asked(lambda: self._put(_changed(self._found, annotations, renewTime=_now())))
        except _Overtaken:
            self._look_again()

    def release(self) -> None:
        """As in Leadership, and as client-go: nobody holds it."""
        if self._found.get("spec", {}).get(_HELD_BY) == self._me:
            free = _changed(self._found, {}, **{_HELD_BY: "", _DURATION: 1, "renewTime": _now()})
            self._found = {}
            try:
                _asked(lambda: self._put(free))
            except _Overtaken:
                raise Unavailable("the lease was changed by another") from None

    def abort(self) -> None:
        """As in Leadership: every request ends by itself in time."""

    def _look_again(self) -> None:
        """Another has changed it: it may have been an annotation, or our own request whose answer was lost."""
        found = _asked(self._get)
        if found is None or _spec(found).get(_HELD_BY) != self._me:
            self._found = {}
            raise Lost(f"the lease {self._name} is held by {_spec(found or {}).get(_HELD_BY) or 'nobody'}")
        self._found = found
        raise Unavailable(f"the lease {self._name} was changed by another, and is written again")

    def _get(self) -> Json | None:
        try:
            return self._api.get(f"{self._list}/{self._name}")
        except NotServed:
            return None

    def _put(self, lease: Json) -> Json:
        if "resourceVersion" in lease["metadata"]:
            return self._api.send("PUT", f"{self._list}/{self._name}", lease)
        return self._api.send("POST", self._list, lease)

    def _free(self, found: Json) -> bool:
        spec = _spec(found)
        holder, version = spec.get(_HELD_BY), found["metadata"].get("resourceVersion")
        if version != self._seen[0]:
            self._seen = version, self._clock()
        return holder in (None, "", self._me) or self._clock() >= self._seen[1] + (spec.get(_DURATION) or LEASE)

    def _taken(self, before: Json) -> Json:
        spec, now = _spec(before), _now()
        moved = spec.get(_HELD_BY) != self._me
        return _changed(
            before,
            {},
            **{_HELD_BY: self._me, _DURATION: LEASE, "renewTime": now},
            acquireTime=now if moved else spec.get("acquireTime", now),
            leaseTransitions=(spec.get("leaseTransitions") or 0) + (1 if moved and spec else 0),
        )

    def _exceeds(self, size: int) -> bool:
        if size > MOST and not self._too_many:
            hint = "use 'postgresql'; until then, a standby hears again what came since"
            _log.error("too many checkpoints for a Lease", lease=self._name, bytes=size, most=MOST, hint=hint)
        self._too_many = size > MOST
        return self._too_many


class _Overtaken(Exception):
    """Another write came first."""


def _asked(request: Callable[[], Result]) -> Result:
    try:
        return request()
    except Conflict:
        raise _Overtaken from None
    except (ApiSilent, Expired) as error:
        raise Unavailable(str(error)) from None


def _own_namespace() -> str:
    file = access.SERVICE_ACCOUNT / "namespace"
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        hint = "say in which the Lease is"
        raise ConfigError(
            [Problem("namespace", "this does not run in a pod, whose namespace it could be", hint)]
        ) from None


def _spec(lease: Json) -> Json:
    found = lease.get("spec")
    return found if isinstance(found, dict) else {}


def _changed(lease: Json, annotations: Mapping[str, str], **spec: Any) -> Json:
    about = lease["metadata"]
    kept = {**(about.get("annotations") or {}), **annotations}
    return {**lease, "metadata": {**about, "annotations": kept}, "spec": {**_spec(lease), **spec}}


def _leader(lease: Json) -> Leader:
    spec, annotations = _spec(lease), lease["metadata"].get("annotations") or {}
    try:
        found = orjson.loads(annotations.get(INSTANCES) or "{}")
    except orjson.JSONDecodeError:
        found = {}
    return Leader(
        str(spec.get(_HELD_BY) or ""), str(spec.get("acquireTime") or ""), found if isinstance(found, dict) else {}
    )


def _shared(lease: Json) -> Shared:
    """Raises Unavailable for annotations that are not ours."""
    annotations = lease["metadata"].get("annotations") or {}
    try:
        text = annotations.get(CHECKPOINTS)
        found = orjson.loads(zlib.decompressobj().decompress(b64decode(text), LARGEST)) if text else {}
        return Shared(annotations.get(TERM), found, _leader(lease).instances)
    except (ValueError, zlib.error):
        told = f"the annotation {CHECKPOINTS} is not one of a sidecar: give this Lease another name, or delete it"
        raise Unavailable(told) from None


def _encoded(checkpoints: Mapping[str, Mapping[str, str]]) -> str:
    return b64encode(zlib.compress(orjson.dumps(checkpoints))).decode()


def _now() -> str:
    """A MicroTime."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

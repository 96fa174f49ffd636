"""What of a Lease can be known without a cluster."""

from __future__ import annotations

import pytest

from adapters.errors import ConfigError
from adapters.standby.contract import Unavailable
from adapters.standby.lease import CHECKPOINTS, KubernetesLease
from adapters.standby.settings import Lease
from tests.service import free_port


def test_outside_of_a_pod_a_namespace_has_to_be_said() -> None:
    """There is none that it could be."""
    with pytest.raises(ConfigError, match="namespace"):
        KubernetesLease(Lease.model_validate({"lease": "x", "url": "http://127.0.0.1:9"}))


def test_an_api_server_that_is_away_is_told() -> None:
    """As something that may be over later."""
    url = f"http://127.0.0.1:{free_port()}"
    lease = KubernetesLease(Lease.model_validate({"lease": "x", "namespace": "ci", "url": url}))
    with pytest.raises(Unavailable, match="namespaces/ci/leases/x"):
        lease.acquire()
    lease.release()


def test_annotations_of_somebody_else_are_told() -> None:
    """And the Lease is not taken: where a source stands is not guessed."""
    lease = KubernetesLease(Lease.model_validate({"lease": "x", "namespace": "ci", "url": "http://127.0.0.1:9"}))
    found = {
        "metadata": {"name": "x", "resourceVersion": "1", "annotations": {CHECKPOINTS: "bm90IG91cnM="}},
        "spec": {},
    }
    lease._get = lambda: found  # type: ignore[method-assign]
    with pytest.raises(Unavailable, match="give this Lease another name"):
        lease.acquire()

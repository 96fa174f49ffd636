"""What is kept of Helm's releases: what names one, and nothing of what was put into it."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import Any

import orjson
import pytest

from adapters.sources.kubernetes.helm import LARGEST, kept_by_helm
from tests.mappings.support import translation
from tests.sources.kubernetes.conftest import Json, World
from tests.sources.kubernetes.server import ApiServer

MARK = "m4rk3d-s3cret"
CHANGES = ["metadata.labels.status", "data.release"]
MANIFEST = f"""---
# Source: shop/templates/secret.yaml
kind: Secret
stringData:
  image: {MARK}
---
apiVersion: apps/v1
kind: Deployment
spec:
  template:
    spec:
      containers:
        - image: "registry.example.com/team/shop:2.4"
          env: [{{name: TOKEN, value: {MARK}}}]
        - name: proxy
          image: registry.example.com/proxy@sha256:{"ab" * 32}
"""
RELEASE: Json = {
    "name": "shop",
    "namespace": "shop",
    "version": 2,
    "info": {
        "status": "deployed",
        "description": "Upgrade complete",
        "last_deployed": "2026-05-04T11:05:40.27+02:00",
        "deleted": "",
        "notes": f"The password is {MARK}",
    },
    "chart": {"metadata": {"name": "shop", "version": "2.4.0", "appVersion": "2.4"}, "values": {"password": MARK}},
    "config": {"password": MARK},
    "manifest": MANIFEST,
    "hooks": [{"manifest": MARK}],
}
TOLD = {
    "name": "shop",
    "namespace": "shop",
    "version": 2,
    "info": {
        "status": "deployed",
        "description": "Upgrade complete",
        "last_deployed": "2026-05-04T11:05:40.27+02:00",
    },
    "chart": {"name": "shop", "version": "2.4.0", "appVersion": "2.4"},
    "images": ["registry.example.com/team/shop:2.4", f"registry.example.com/proxy@sha256:{'ab' * 32}"],
}


def stored(release: Any, *, packed: bool = True) -> str:
    """A release as Helm writes it into a ConfigMap."""
    data = json.dumps(release).encode()
    return b64encode(gzip.compress(data, mtime=0) if packed else data).decode()


def secret(text: str, status: str = "deployed", version: int = 2) -> Json:
    """A Secret as the API tells it, which encodes what Helm has encoded."""
    labels = {"owner": "helm", "name": "shop", "status": status, "version": str(version)}
    name = f"sh.helm.release.v1.shop.v{version}"
    metadata = {"name": name, "namespace": "shop", "uid": f"uid-{version}", "labels": labels}
    return {"metadata": metadata, "type": "helm.sh/release.v1", "data": {"release": b64encode(text.encode()).decode()}}


@pytest.mark.parametrize("packed", [True, False])
def test_what_names_a_release_is_told_and_nothing_that_was_put_into_it(packed: bool) -> None:
    """From a Secret and from a ConfigMap, compressed or not."""
    text = stored(RELEASE, packed=packed)
    config_map = {**secret(""), "data": {"release": text}}
    assert kept_by_helm(secret(text), "Secret") == kept_by_helm(config_map, "ConfigMap") == {"release": TOLD}


@pytest.mark.parametrize(
    "text",
    [
        stored(RELEASE)[:40],
        stored(RELEASE)[:-40],
        "no base64",
        "",
        stored([1]),
        stored("text"),
        stored({"info": 7, "chart": []}),
        b64encode(gzip.compress(b"[" * 100_000, mtime=0)).decode(),
        b64encode(gzip.compress(b"0" * (LARGEST + 1), mtime=0)).decode(),
        b64encode(b"\x1f\x8b\x08").decode(),
    ],
    ids=["cut", "cut at its end", "no base64", "empty", "list", "text", "odd members", "deep", "large", "bare magic"],
)
def test_what_is_half_written_or_no_release_says_why(text: str) -> None:
    """And is a dead letter of the mapping, never a deployment."""
    told = kept_by_helm(secret(text), "Secret")["release"]
    assert set(told) == {"unreadable"}
    document = {"kind": "Secret", "metadata": secret("")["metadata"], "release": told}
    found = translation("helm/release", {"type": "ADDED", "before": {}, "object": document})
    assert found.events == ()
    assert found.errors


def test_other_secrets_are_none_of_helms() -> None:
    """Whatever is in them."""
    other = {"metadata": {"uid": "1", "labels": {"owner": "team"}}, "data": {"release": "eA=="}}
    assert kept_by_helm(other, "Secret") == kept_by_helm({"metadata": None, "data": None}, "Secret") == {}


@pytest.mark.parametrize(("kind", "place"), [("Secret", "/api/v1/secrets"), ("ConfigMap", "/api/v1/configmaps")])
async def test_no_value_of_a_release_leaves_the_source(world: World, api: ApiServer, kind: str, place: str) -> None:
    """Neither in what is told nor in what is kept to compare, whatever is configured to be looked at."""
    text = stored(RELEASE)
    pending, deployed = secret(text, "pending-upgrade"), secret(text)
    if kind == "ConfigMap":
        pending["data"] = deployed["data"] = {"release": text}
    watch = {"apiVersion": "v1", "kind": kind, "labels": "owner=helm", "changes": CHANGES}
    async with world.source(watch=[watch]):
        api.put(place, pending)
        api.put(place, deployed)
        api.delete(place, "uid-2")
        told = await world.hears(3)
    assert [each["type"] for each in told] == ["ADDED", "MODIFIED", "DELETED"]
    assert all(each["object"]["release"] == TOLD for each in told)
    kept = orjson.dumps([told, world.journal.checkpoints("cluster")]).decode()
    for each in (MARK, b64encode(MARK.encode()).decode(), text[:60], deployed["data"]["release"][:60]):
        assert each not in kept

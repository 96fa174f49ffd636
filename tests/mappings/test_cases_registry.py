"""Inputs of registries' users of which nothing right became once: each gives what is right, or a reason that is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from adapters.goldens import sent
from adapters.model import CDEvent
from tests.checkout import CASES, needs_cases
from tests.mappings.support import events, invalid, translation

pytestmark = needs_cases

FOLDER = CASES / "registry"
ITSELF, IMAGE = (f"sha256:{two * 32}" for two in ("a1", "c3"))
TOOLS = {
    "acr": "acr/webhook",
    "dist": "registry/distribution",
    "dockerhub": "dockerhub/webhook",
    "ecr": "ecr/eventbridge",
    "ghcr": "github/package",
    "harbor": "harbor/webhook",
    "nexus": "nexus/webhook",
    "quay": "quay/notification",
    "registry": "registry/log",
    "zot": "zot/events",
}


class Right(NamedTuple):
    """The event that a case gives: its type, what its subject begins with, and some of its content and customData."""

    name: str
    subject: str
    content: Mapping[str, Any] = {}
    custom_data: Mapping[str, Any] = {}


RIGHT = {
    "acr-no-request": Right(
        "artifact.published", f"pkg:oci/hello-world@{ITSELF}?repository_url=acr.example.com/hello-world"
    ),
    "dist-buildx-attestation": Right(
        "dev.cdeventsx.registry-attestation.attached.0.1.0", f"pkg:oci/app@{ITSELF}", {"digest": ITSELF}
    ),
    "dist-cosign-other-repo": Right(
        "dev.cdeventsx.registry-signature.attached.0.1.0", f"pkg:oci/signatures@{IMAGE}", {"digest": ITSELF}
    ),
    "dist-cosign3-bundle": Right(
        "dev.cdeventsx.registry-accessory.attached.0.1.0", f"pkg:oci/app@{ITSELF}", {"digest": ITSELF, "kind": "bundle"}
    ),
    "dist-pull-ipv6-behind-proxy": Right("artifact.downloaded", f"pkg:oci/app@{ITSELF}", {"user": "2001:db8::7334"}),
    "dockerhub-helm": Right("artifact.published", "pkg:helm/acme/app@0.1.0", {}, {"kind": "helm-chart"}),
    "ecr-cn": Right(
        "artifact.published", f"pkg:oci/app@{ITSELF}?repository_url=123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/"
    ),
    "ecr-inspector-scan": Right(
        "testsuiterun.finished",
        f"scan/{IMAGE}/",
        {"outcome": "failure", "severity": "critical"},
        {"repository": "team/app"},
    ),
    "ecr-push-notation": Right(
        "dev.cdeventsx.ecr-accessory.attached.0.1.0", f"pkg:oci/app@{ITSELF}", {"kind": "signature", "digest": ITSELF}
    ),
    "ecr-signature-delete": Right(
        "dev.cdeventsx.ecr-accessory.deleted.0.1.0", f"pkg:oci/app@{IMAGE}", {"kind": "signature", "digest": ITSELF}
    ),
    "ecr-signature-replicated": Right(
        "dev.cdeventsx.ecr-accessory.attached.0.1.0", f"pkg:oci/app@{IMAGE}", {"kind": "signature", "digest": ITSELF}
    ),
    "ghcr-buildx-attestation": Right(
        "dev.cdeventsx.github-accessory.attached.0.1.0", f"pkg:oci/app@{ITSELF}", {"kind": "attestation"}
    ),
    "ghcr-helm": Right("artifact.published", f"pkg:oci/app@{ITSELF}", {}, {"kind": "helm-chart", "tag": "0.1.0"}),
    "harbor-scan-running": Right(
        "dev.cdeventsx.harbor-scan.completed.0.1.0", f"pkg:oci/app@{IMAGE}", {"status": "Running"}
    ),
    "harbor-scheduled-scan": Right("dev.cdeventsx.harbor-scan.completed.0.1.0", f"pkg:oci/nginx@{IMAGE}"),
    "harbor-signature-delete": Right(
        "dev.cdeventsx.harbor-accessory.deleted.0.1.0", f"pkg:oci/app@{IMAGE}", {"kind": "signature", "digest": ITSELF}
    ),
    "nexus-docker-cosign": Right(
        "dev.cdeventsx.nexus-accessory.attached.0.1.0", f"pkg:oci/app@{IMAGE}", {"kind": "signature"}
    ),
    "nexus-purged": Right("artifact.deleted", "pkg:docker/team/app@1.0"),
    "quay-quota-error": Right("dev.cdeventsx.quay-quota.exceeded.0.1.0", "acme", {"usage_percent": 105}),
    "quay-quota-warning": Right("dev.cdeventsx.quay-quota.warned.0.1.0", "acme", {"usage_percent": 80}),
    "registry-log-cri": Right("dev.cdeventsx.registry-tag.pushed.0.1.0", "team/app:1.0"),
    "registry-log-docker-json-file": Right("dev.cdeventsx.registry-tag.pushed.0.1.0", "team/app:1.0"),
    "zot-cosign-referrer": Right(
        "dev.cdeventsx.zot-accessory.attached.0.1.0", f"pkg:oci/app@{IMAGE}", {"digest": ITSELF, "kind": "bundle"}
    ),
    "zot-notation-signature": Right(
        "dev.cdeventsx.zot-accessory.attached.0.1.0", f"pkg:oci/app@{IMAGE}", {"digest": ITSELF, "kind": "signature"}
    ),
}
IGNORED = {"harbor-signature-pull": "to verify a signature is no use of an image"}
FILES = sorted(FOLDER.iterdir()) if FOLDER.is_dir() else []


def mapping(file: Path) -> str:
    """That of the tool which a case is named after."""
    return TOOLS[file.name.partition("-")[0]]


def made(file: Path) -> list[CDEvent]:
    """The events of a case."""
    return [event for each in sent(file) for event in events(mapping(file), each.body, each.headers)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_case_gives_what_is_right(file: Path) -> None:
    """One event, valid in both versions, of the right type about the right subject; or nothing, for a reason."""
    if file.stem in IGNORED:
        assert [translation(mapping(file), each.body, each.headers).ignored for each in sent(file)] == [1]
        return
    right = RIGHT[file.stem]
    (event,) = made(file)
    assert event.name == right.name
    assert event.subject_id.startswith(right.subject)
    assert right.content.items() <= event.content.items()
    assert right.custom_data.items() <= (event.custom_data or {}).items()
    assert invalid([event]) == []

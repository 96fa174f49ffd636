"""Images as OCI layouts in folders, as their specification has them, and as builders write them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Descriptor = dict[str, Any]

_KIND = "application/vnd.oci.image."
MANIFEST, INDEX = f"{_KIND}manifest.v1+json", f"{_KIND}index.v1+json"
_IN_TOTO = "application/vnd.in-toto+json"
_PROVENANCE = "https://slsa.dev/provenance/v1"


@dataclass(frozen=True)
class Image:
    """An OCI image layout in a folder, and its digests."""

    folder: Path
    index: str
    manifests: list[str]


def layout(folder: Path, labels: Mapping[str, str] | None = None) -> Image:
    """Writes an image for amd64 and arm64, with a layer that both have."""
    return _written(folder, [_image(folder, each, labels) for each in ("amd64", "arm64")])


def attested(folder: Path) -> Image:
    """Writes an image for amd64 with what BuildKit 0.34 says of how it built it (its docs/attestations)."""
    image = _image(folder, "amd64", {"built": "by BuildKit"})
    statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": _PROVENANCE, "predicate": {}}
    layer = _document(folder, statement, _IN_TOTO) | {"annotations": {"in-toto.io/predicate-type": _PROVENANCE}}
    content = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": "application/vnd.docker.attestation.manifest.v1+json",
        "config": _blob(folder, b"{}", "application/vnd.oci.empty.v1+json"),
        "layers": [layer],
        "subject": {name: image[name] for name in ("mediaType", "digest", "size")},
    }
    about = {"vnd.docker.reference.digest": image["digest"], "vnd.docker.reference.type": "attestation-manifest"}
    entry = {"annotations": about, "platform": {"architecture": "unknown", "os": "unknown"}}
    return _written(folder, [image, _document(folder, content, MANIFEST) | entry])


def _written(folder: Path, manifests: Sequence[Descriptor]) -> Image:
    index = _document(folder, {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests}, INDEX)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    return Image(folder, index["digest"], [each["digest"] for each in manifests if "annotations" not in each])


def _image(folder: Path, architecture: str, labels: Mapping[str, str] | None) -> Descriptor:
    tar = bytes(1024)  # the end of an archive, and nothing before it
    layer = _blob(folder, gzip.compress(tar, mtime=0), f"{_KIND}layer.v1.tar+gzip")
    layers = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(tar).hexdigest()}"]}
    return _manifest(
        folder, {"architecture": architecture, "os": "linux"}, [layer], rootfs=layers, config={"Labels": labels}
    )


def _manifest(folder: Path, platform: Descriptor, layers: Sequence[Descriptor], **config: Any) -> Descriptor:
    content = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _document(folder, platform | config, f"{_KIND}config.v1+json"),
        "layers": layers,
    }
    return _document(folder, content, MANIFEST) | {"platform": platform}


def _document(folder: Path, content: Mapping[str, Any], kind: str) -> Descriptor:
    return _blob(folder, json.dumps(content).encode(), kind)


def _blob(folder: Path, content: bytes, kind: str) -> Descriptor:
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    (blobs / digest).write_bytes(content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

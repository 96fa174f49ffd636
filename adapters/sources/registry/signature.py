"""The text of a signature, from the manifest that carries it and the one document that this names. Pure.

Of Sigstore's bundles (cosign 3, its BUNDLE_SPEC; sigstore/protobuf-specs), of cosign 2's layers (SIGNATURE_SPEC), and
of Notary Project's envelopes (notaryproject/specifications, signature-specification).
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from adapters.mapping.patterns import compiled
from adapters.sources.registry.artifact import PREDICATE, described, digest, is_digest, is_repository, member, parts

SIGNATURE = "https://sigstore.dev/cosign/sign/v1"
"""The predicate by which a bundle is an image's signature, and not what somebody attests about it."""

LARGEST = 256 << 10
"""Bytes of a document that is looked into: a signature has a few thousand."""

LONGEST = 16 << 10
"""Characters of a signature."""

_ANNOTATION = "dev.cosignproject.cosign/signature"
_SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
_JWS = "application/jose+json"
_COSE = "application/cose"
_BUNDLE = compiled(r"application/vnd\.dev\.sigstore\.bundle(?:\.v[0-9.]+)?\+json(?:;.*)?")


def document(manifest: Mapping[str, Any]) -> str | None:
    """The digest of the document that a signature is in, or that is signed; None where there is nothing to look for."""
    layer = _layer(manifest)
    predicate = described(manifest).get(PREDICATE, SIGNATURE)
    known = layer.get("mediaType") in (_SIMPLE, _JWS, _COSE) or _is_bundle(layer)
    return digest(layer) if known and predicate == SIGNATURE and _is_small(layer) else None


def read(manifest: Mapping[str, Any], content: bytes) -> dict[str, str]:
    """What a manifest's document says: the `signature`, and the `subject`, `identity` or `predicateType` it knows."""
    layer = _layer(manifest)
    if layer.get("mediaType") == _COSE:
        return _signed(b64encode(content).decode())
    said = _object(content)
    if layer.get("mediaType") == _SIMPLE:
        return _identified(said.get("critical")) | _signed(member(layer.get("annotations"), _ANNOTATION))
    if layer.get("mediaType") == _JWS:
        return _signed(said.get("signature"))
    return _of_bundle(said)


def _layer(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The last one: cosign 2 adds a layer to those that are there for each signature."""
    return next(reversed(parts(manifest)), {})


def _is_bundle(layer: Mapping[str, Any]) -> bool:
    kind = layer.get("mediaType")
    return isinstance(kind, str) and _BUNDLE.fullmatch(kind) is not None


def _is_small(layer: Mapping[str, Any]) -> bool:
    size = layer.get("size")
    return not isinstance(size, int) or size <= LARGEST


def _of_bundle(bundle: Mapping[str, Any]) -> dict[str, str]:
    if message := member(bundle.get("messageSignature"), "signature"):
        return {PREDICATE: SIGNATURE} | _signed(message)
    envelope = bundle.get("dsseEnvelope")
    predicate = _object(_decoded(member(envelope, "payload"))).get(PREDICATE)
    if predicate != SIGNATURE:
        return {PREDICATE: predicate} if isinstance(predicate, str) else {}
    return {PREDICATE: SIGNATURE} | _signed(next(_signatures(envelope), None))


def _signatures(envelope: Any) -> Iterator[Any]:
    signatures = member(envelope, "signatures")
    yield from (member(each, "sig") for each in signatures if isinstance(signatures, list))


def _signed(signature: Any) -> dict[str, str]:
    known = isinstance(signature, str) and 0 < len(signature) <= LONGEST
    return {"signature": signature} if known else {}


def _identified(critical: Any) -> dict[str, str]:
    """The `subject`, and as `identity` its repository with the registry, where the signature is kept in another one."""
    subject = member(member(critical, "image"), "docker-manifest-digest")
    identity = member(member(critical, "identity"), "docker-reference")
    said = {"subject": (subject, is_digest), "identity": (identity, is_repository)}
    return {name: value for name, (value, is_one) in said.items() if isinstance(value, str) and is_one(value)}


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _decoded(payload: Any) -> bytes:
    try:
        return b64decode(payload) if isinstance(payload, str) else b""
    except ValueError:
        return b""

"""The text of a signature, as each tool writes it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sources.registry.signature import LARGEST, LONGEST, SIGNATURE, document, read

BLOB, SIGNED = (f"sha256:{digit * 64}" for digit in "12")
BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json"
SIMPLE = "application/vnd.dev.cosign.simplesigning.v1+json"
PROVENANCE = "https://slsa.dev/provenance/v1"


def manifest(kind: str, annotations: dict[str, str] | None = None, **layer: Any) -> dict[str, Any]:
    """That of an artifact with one layer."""
    return {"annotations": annotations or {}, "layers": [{"mediaType": kind, "digest": BLOB, "size": 900} | layer]}


def envelope(predicate: str, *signatures: object) -> bytes:
    """A bundle with a statement in it."""
    payload = b64encode(orjson.dumps({"_type": "https://in-toto.io/Statement/v1", "predicateType": predicate}))
    content = {"payload": payload.decode(), "payloadType": "application/vnd.in-toto+json", "signatures": signatures}
    return orjson.dumps({"mediaType": BUNDLE, "dsseEnvelope": content})


def test_an_image_that_cosign_3_signed_has_a_statement_with_signatures() -> None:
    """The first is told; the predicate says that it is a signature."""
    body = envelope(SIGNATURE, {"sig": "MEQC"}, {"sig": "other"})
    assert read(manifest(BUNDLE), body) == {"predicateType": SIGNATURE, "signature": "MEQC"}


def test_a_message_that_cosign_3_signed_has_one() -> None:
    """As `sign-blob` makes it."""
    body = orjson.dumps({"messageSignature": {"messageDigest": {}, "signature": "MEYC"}})
    assert read(manifest(BUNDLE), body) == {"predicateType": SIGNATURE, "signature": "MEYC"}


def test_what_is_attested_is_no_signature_of_the_image() -> None:
    """Its envelope is signed as well, and that is something else."""
    assert read(manifest(BUNDLE), envelope(PROVENANCE, {"sig": "MEQC"})) == {"predicateType": PROVENANCE}


def test_a_bundle_that_says_what_it_is_need_not_be_read() -> None:
    """Only that of a signature is; attestations may be large."""
    annotation = "dev.sigstore.bundle.predicateType"
    assert document(manifest(BUNDLE)) == BLOB
    assert document(manifest(BUNDLE, {annotation: SIGNATURE})) == BLOB
    assert document(manifest(BUNDLE, {annotation: PROVENANCE})) is None
    assert document(manifest("application/vnd.dev.sigstore.bundle+json;version=0.2")) == BLOB
    assert document(manifest(BUNDLE, size=LARGEST + 1)) is None


def test_cosign_2_has_the_text_in_an_annotation_of_the_last_layer() -> None:
    """It adds one for each signature. What is signed is in the document: no tag is needed for it."""
    first, last = ({"dev.cosignproject.cosign/signature": text} for text in ("MEUCfirst", "MEUClast"))
    layers = [{"mediaType": SIMPLE, "digest": BLOB, "annotations": each} for each in (first, last)]
    critical = {"image": {"docker-manifest-digest": SIGNED}, "identity": {"docker-reference": "r.example.com/team/app"}}
    said = read({"layers": layers}, orjson.dumps({"critical": critical}))
    assert said == {"subject": SIGNED, "identity": "r.example.com/team/app", "signature": "MEUClast"}


def test_notation_has_an_envelope() -> None:
    """Of JWS the signature is told; a COSE one is not taken apart, and is told as it is, in base64."""
    jws = manifest("application/jose+json")
    assert read(jws, orjson.dumps({"payload": "e30", "protected": "e30", "signature": "c2ln"})) == {"signature": "c2ln"}
    cose = manifest("application/cose")
    assert read(cose, b"\xd2\x84\x43") == {"signature": "0oRD"}
    assert document(jws) == document(cose) == BLOB


@pytest.mark.parametrize("kind", ["application/vnd.in-toto+json", "application/vnd.oci.image.layer.v1.tar+gzip", ""])
def test_nothing_else_is_looked_into(kind: str) -> None:
    """Neither layers of images nor what BuildKit attests."""
    assert document(manifest(kind)) is None


def test_a_signature_without_end_is_none() -> None:
    """Anybody may push anything."""
    assert read(manifest("application/jose+json"), orjson.dumps({"signature": "x" * (LONGEST + 1)})) == {}


@settings(deadline=None)
@given(
    st.sampled_from([BUNDLE, SIMPLE, "application/jose+json"]),
    st.binary(max_size=20)
    | st.sampled_from(
        [
            b"[]",
            b'{"dsseEnvelope": 1}',
            b'{"dsseEnvelope": {"payload": "%"}}',
            b'{"dsseEnvelope": {"payload": "W10=", "signatures": 7}}',
            b'{"critical": {"image": []}}',
            b'{"critical": {"identity": {"docker-reference": "../x"}}}',
            b'{"messageSignature": {"signature": 7}}',
        ]
    ),
)
def test_whatever_the_document_is_nothing_is_made_up(kind: str, body: bytes) -> None:
    """It is anybody's bytes."""
    assert "signature" not in read(manifest(kind), body)

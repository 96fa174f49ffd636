"""What is kept in a registry is what its content says, in the mappings of all registries alike."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
import pytest
from packageurl import PackageURL

from adapters.goldens import Sent, sent
from adapters.mapping import Translator, load
from adapters.mapping.library import find
from adapters.model import LOOKED_UP, CDEvent, Notification
from tests.mappings.support import HEARD, events, instance, translation

PUSHED = {
    "acr/webhook": "push.json",
    "artifactory/webhook": "pushed-untagged.json",
    "dockerhub/webhook": "push.json",
    "ecr/eventbridge": "push-untagged.json",
    "gcr/pubsub": "insert-untagged.json",
    "github/package": "untagged.json",
    "harbor/webhook": "pushed-untagged.json",
    "nexus/webhook": "image-created.json",
    "quay/notification": "push-one.json",
    "registry/distribution": "push-image-by-digest.json",
    "registry/log": "json-push-digest.log",
    "zot/events": "image-updated-by-digest.http",
}
PULLED = {
    "harbor/webhook": "pulled.json",
    "registry/distribution": "pull-image.json",
    "registry/log": "v3-json-pull.http",
}
DELETED = {
    "acr/webhook": "delete.json",
    "artifactory/webhook": "deleted.json",
    "ecr/eventbridge": "delete.json",
    "gcr/pubsub": "delete.json",
    "harbor/webhook": "deleted-cloudevent.json",
    "registry/distribution": "delete-digest.json",
    "registry/log": "json-delete-digest.log",
    "zot/events": "image-deleted-by-digest.http",
}
COPIED = {"ecr/eventbridge": ["replicated.json", "pull-through-cache.json"]}

SUBJECT, OWN = (f"sha256:{digit * 64}" for digit in "ab")
IMAGE, EMPTY = "application/vnd.oci.image.config.v1+json", "application/vnd.oci.empty.v1+json"
BUNDLE, SIMPLE = "application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.cosign.simplesigning.v1+json"
LAYER, SPDX, SARIF = "application/vnd.oci.image.layer.v1.tar+gzip", "application/spdx+json", "application/sarif+json"
SIGN = "https://sigstore.dev/cosign/sign/v1"
HELM, CACHE = "application/vnd.cncf.helm.config.v1+json", "application/vnd.buildkit.cacheconfig.v0"
INDEX = "application/vnd.oci.image.index.v1+json"
SAID: dict[str, Any] = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": OWN}
OF: dict[str, Any] = SAID | {"subject": SUBJECT}

SIGNED: dict[str, dict[str, Any]] = {
    "cosign 3": {"artifactType": BUNDLE, "config": EMPTY, "layers": [BUNDLE], "predicateType": SIGN},
    "cosign 2": {"config": IMAGE, "layers": [SIMPLE]},
    "cosign, old referrer": {"config": "application/vnd.dev.cosign.artifact.sig.v1+json", "layers": [SIMPLE]},
    "notation": {"artifactType": "application/vnd.cncf.notary.signature", "layers": ["application/jose+json"]},
    "notation, by its configuration": {
        "config": "application/vnd.cncf.notary.signature",
        "layers": ["application/cose"],
    },
}
ATTACHED: dict[str, tuple[dict[str, Any], str]] = {
    "a provenance in a bundle": (
        {"artifactType": BUNDLE, "predicateType": "https://slsa.dev/provenance/v1"},
        "attestation",
    ),
    "a bundle of who knows what": ({"artifactType": BUNDLE, "config": EMPTY, "layers": [BUNDLE]}, "bundle"),
    "components in a bundle": ({"artifactType": BUNDLE, "predicateType": "https://spdx.dev/Document/v2.3"}, "sbom"),
    "components": ({"artifactType": SPDX, "config": EMPTY, "layers": [SPDX]}, "sbom"),
    "components, of Harbor": ({"config": "application/vnd.goharbor.harbor.sbom.v1"}, "sbom"),
    "cosign 2 attest": ({"config": IMAGE, "layers": ["application/vnd.dsse.envelope.v1+json"]}, "attestation"),
    "BuildKit's": ({"artifactType": "application/vnd.docker.attestation.manifest.v1+json"}, "attestation"),
    "a report": ({"artifactType": SARIF, "config": EMPTY, "layers": [SARIF]}, "artifact"),
}
USED: dict[str, tuple[dict[str, Any], str]] = {
    "an image": ({"config": IMAGE, "layers": [LAYER]}, "image"),
    "an index": ({"mediaType": INDEX, "layers": [SAID["mediaType"]]}, "index"),
    "a Helm chart": ({"config": HELM, "layers": ["application/vnd.cncf.helm.chart.content.v1.tar+gzip"]}, "helm-chart"),
    "a filter": ({"config": "application/vnd.wasm.config.v0+json", "layers": ["application/wasm"]}, "wasm"),
    "something by its type": ({"artifactType": "application/vnd.acme.rules", "config": EMPTY}, "artifact"),
    "something by its configuration": ({"config": "application/vnd.acme.config.v1+json"}, "artifact"),
}
CACHES: dict[str, dict[str, Any]] = {
    "a manifest": {"config": CACHE, "layers": [LAYER]},
    "an index": {"mediaType": INDEX, "layers": [LAYER, CACHE]},
}


def notification(mapping: str, name: str) -> Sent:
    """One of a mapping's examples; of a file of many the first."""
    if name == "push-one.json":
        body = orjson.loads((find(mapping).with_name("inputs") / "push.json").read_bytes())
        return Sent(orjson.dumps(body | {"updated_tags": ["1.4.2"]}))
    if name == "delete-digest.json":
        return sent(find(mapping).with_name("inputs") / "delete-image.ndjson")[0]
    return sent(find(mapping).with_name("inputs") / name)[0]


@cache
def translator(mapping: str) -> Translator:
    """That of a source without variables."""
    return load(mapping, instance=instance(mapping), variables={})


def looked_up(mapping: str, each: Sent, said: Mapping[str, Any]) -> dict[str, str]:
    """The headers that the source would keep it with, if the registry said this of every image in it."""
    heard = Notification("test", each.body, HEARD, each.headers)
    images = translator(mapping).images(heard)
    assert images, "the source would ask about nothing"
    return {**each.headers, LOOKED_UP: orjson.dumps(dict.fromkeys(images, said)).decode()}


def told(mapping: str, name: str, said: Mapping[str, Any]) -> CDEvent:
    """The first event of an example, of whose image the registry says this."""
    each = notification(mapping, name)
    return events(mapping, each.body, looked_up(mapping, each, said))[0]


def ignored(mapping: str, name: str, said: Mapping[str, Any]) -> bool:
    """Whether nothing becomes of an example, of whose image the registry says this."""
    each = notification(mapping, name)
    found = translation(mapping, each.body, looked_up(mapping, each, said))
    return found.ignored > 0 and found.events + found.errors == () and found.unmatched == 0


def is_subject(purl: str) -> bool:
    """Whether it is the image that something belongs to, in the repository in which this is."""
    url = PackageURL.from_string(purl)
    place = dict(url.qualifiers)["repository_url"]
    return (url.type, url.version) == ("oci", SUBJECT) and place.endswith((f"/{url.name}", f"/{url.name}/{url.name}"))


@pytest.mark.parametrize("said", SIGNED.values(), ids=SIGNED)
@pytest.mark.parametrize("mapping", PUSHED)
def test_a_signature_is_of_the_image_that_it_signs(mapping: str, said: dict[str, Any]) -> None:
    """However it is written, and without any tag: with its text, artifact.signed; without, no text is made up."""
    signed = told(mapping, PUSHED[mapping], OF | said | {"signature": "MEUCIQ"})
    assert (signed.name, signed.content) == ("artifact.signed", {"signature": "MEUCIQ"})
    attached = told(mapping, PUSHED[mapping], OF | said)
    assert attached.name.startswith("dev.cdeventsx.")
    assert ".attached." in attached.name
    for event in (signed, attached):
        assert is_subject(event.subject_id)
        assert (event.custom_data or {})["kind"] == "signature"


@pytest.mark.parametrize(("said", "kind"), ATTACHED.values(), ids=ATTACHED)
@pytest.mark.parametrize("mapping", PUSHED)
def test_what_belongs_to_an_image_is_told_of_the_image(mapping: str, said: dict[str, Any], kind: str) -> None:
    """It is none that was published."""
    attached = told(mapping, PUSHED[mapping], OF | said)
    assert attached.name.startswith("dev.cdeventsx.")
    assert ".attached." in attached.name
    assert is_subject(attached.subject_id)
    assert (attached.custom_data or {})["kind"] == kind


@pytest.mark.parametrize("mapping", PUSHED)
def test_what_does_not_say_whose_it_is_is_told_of_itself(mapping: str) -> None:
    """BuildKit puts what it attests beside its images, and only their index says of which one."""
    said = SAID | {"config": IMAGE, "layers": ["application/vnd.in-toto+json"]}
    attached = told(mapping, PUSHED[mapping], said)
    assert ".attached." in attached.name
    assert attached.content.get("digest") == PackageURL.from_string(attached.subject_id).version


@pytest.mark.parametrize(("said", "kind"), USED.values(), ids=USED)
@pytest.mark.parametrize("mapping", PUSHED)
def test_what_is_used_by_itself_is_published(mapping: str, said: dict[str, Any], kind: str) -> None:
    """And says what it is. Its id is the one that it has when nobody was asked."""
    each = notification(mapping, PUSHED[mapping])
    published = told(mapping, PUSHED[mapping], SAID | said)
    assert published.name == "artifact.published"
    assert (published.custom_data or {})["kind"] == kind
    assert published.id == events(mapping, each.body, each.headers)[0].id
    assert PackageURL.from_string(published.subject_id).type == "oci"


@pytest.mark.parametrize("said", CACHES.values(), ids=CACHES)
@pytest.mark.parametrize("doing", [PUSHED, PULLED, DELETED], ids=["pushed", "pulled", "deleted"])
def test_a_builders_cache_is_nothing(doing: dict[str, str], said: dict[str, Any]) -> None:
    """Whoever writes, reads or removes it."""
    for mapping, name in doing.items():
        assert ignored(mapping, name, SAID | said), mapping


@pytest.mark.parametrize("mapping", PULLED)
def test_to_verify_is_no_use_of_an_image(mapping: str) -> None:
    """Signatures are read by whoever checks them; a chart is used."""
    for said in [*SIGNED.values(), *(said for said, _ in ATTACHED.values())]:
        assert ignored(mapping, PULLED[mapping], OF | said)
    for said, kind in USED.values():
        pulled = told(mapping, PULLED[mapping], SAID | said)
        assert (pulled.name, (pulled.custom_data or {})["kind"]) == ("artifact.downloaded", kind)


@pytest.mark.parametrize("mapping", DELETED)
def test_a_signature_that_goes_is_no_image_that_goes(mapping: str) -> None:
    """Its image has one less."""
    for said in [*SIGNED.values(), *(said for said, _ in ATTACHED.values())]:
        deleted = told(mapping, DELETED[mapping], OF | said)
        assert deleted.name.startswith("dev.cdeventsx.")
        assert ".deleted." in deleted.name
        assert is_subject(deleted.subject_id)
    for said, _ in USED.values():
        assert told(mapping, DELETED[mapping], SAID | said).name == "artifact.deleted"


@pytest.mark.parametrize(("mapping", "name"), [(mapping, name) for mapping in COPIED for name in COPIED[mapping]])
def test_what_is_copied_from_elsewhere_is_what_it_is(mapping: str, name: str) -> None:
    """A signature that arrives by replication, or through a cache, is one here as well."""
    signed = told(mapping, name, OF | SIGNED["cosign 3"] | {"signature": "MEUCIQ"})
    assert (signed.name, is_subject(signed.subject_id)) == ("artifact.signed", True)
    assert ".attached." in told(mapping, name, OF | {"artifactType": SPDX}).name


@pytest.mark.parametrize("mapping", PUSHED)
def test_an_image_is_of_the_chain_that_its_labels_name(mapping: str) -> None:
    """And so is its signature, of which the registry tells the labels of its image."""
    gerrit = "https://gerrit.example.com/"
    labels = {"org.opencontainers.image.source": f"{gerrit}c/team/app/+/4711"}
    each = notification(mapping, PUSHED[mapping])
    chains = set()
    for said in (SAID | labels, OF | SIGNED["cosign 3"] | labels | {"signature": "MEUCIQ"}):
        found = events(mapping, each.body, looked_up(mapping, each, said), gerrit=gerrit)
        chains |= {event.chain_id for event in found}
    assert len(chains) == 1
    assert chains != {None}


@pytest.mark.parametrize("mapping", PUSHED)
def test_a_journal_of_before_is_read(mapping: str) -> None:
    """Then nothing but labels was looked up."""
    said = {"org.opencontainers.image.revision": "2e" * 20}
    published = told(mapping, PUSHED[mapping], said)
    assert published.name == "artifact.published"
    assert (published.custom_data or {})["revision"] == "2e" * 20

"""Which artifact a package URL names, and what a manifest says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sources.registry.artifact import PREDICATE, Artifact, described, named

FIRST = f"sha256:{'1' * 64}"


def test_a_package_url_names_an_image_by_its_place_and_digest() -> None:
    """Its host is not looked at: a registry may be reached by another name than by its public one."""
    assert named(f"pkg:oci/app@{FIRST}?repository_url=r.example.com:5000/team/app") == Artifact("team/app", FIRST)


@pytest.mark.parametrize(
    ("purl", "artifact"),
    [
        ("pkg:docker/acme/app@1.4", Artifact("acme/app", "1.4")),
        ("pkg:docker/app@1.4?repository_url=r.example.com", Artifact("app", "1.4")),
        ("pkg:docker/team/app@1.4?repository_url=r.example.com/images", Artifact("images/team/app", "1.4")),
    ],
)
def test_a_tag_names_one_too(purl: str, artifact: Artifact) -> None:
    """It is not lasting: the next time it may be another."""
    assert named(purl) == artifact
    assert not artifact.lasting


@pytest.mark.parametrize(
    "purl",
    [
        "",
        "app",
        f"pkg:oci/app@{FIRST}",
        "pkg:oci/app@latest?repository_url=r/team/app",
        f"pkg:docker/app@{FIRST}?repository_url=r/team/app",
        "pkg:docker/app@..%2F..%2Fsecret?repository_url=r",
        "pkg:docker/app%3Fx@1.4",
        "pkg:docker/app",
        "pkg:npm/app@1.4",
        f"pkg:oci/app@{FIRST}?repository_url=r/team/../../secret",
        f"pkg:oci/app@{FIRST}?repository_url=r/team/app%3Fx",
        f"pkg:oci/app@{FIRST}/../x?repository_url=r/team/app",
    ],
)
def test_nothing_else_is_asked_for(purl: str) -> None:
    """Neither what no registry can have, nor what would lead elsewhere."""
    assert named(purl) is None


@pytest.mark.parametrize(
    ("manifest", "predicate"),
    [
        (
            {"annotations": {"dev.sigstore.bundle.predicateType": "https://spdx.dev/Document"}},
            "https://spdx.dev/Document",
        ),
        ({"layers": [{"annotations": {"predicateType": "one"}}, {"annotations": {"predicateType": "two"}}]}, "two"),
        ({"layers": [{"annotations": {"in-toto.io/predicate-type": "one"}}]}, "one"),
    ],
)
def test_what_is_attested_is_annotated(manifest: dict[str, object], predicate: str) -> None:
    """By cosign 3 on the manifest; by cosign 2, which adds layers, and BuildKit on a layer."""
    assert described(manifest)[PREDICATE] == predicate


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["mediaType", "digest", "x"]), inner),
    max_leaves=10,
)
_MANIFEST = st.dictionaries(
    st.sampled_from(["mediaType", "artifactType", "config", "layers", "manifests", "subject", "annotations"]), _JSON
)


@settings(deadline=None)
@given(_MANIFEST)
def test_a_manifest_is_anybodys_json(manifest: dict[str, object]) -> None:
    """What is not as it should be is not there."""
    for name, value in described(manifest).items():
        assert isinstance(value, {"layers": list, "referrers": bool}.get(name, str))


@pytest.mark.parametrize(
    ("entries", "lists"),
    [
        ([{"artifactType": "application/spdx+json"}, {"artifactType": "application/sarif+json"}], True),
        ([], True),
        ([{"artifactType": "application/spdx+json"}, {}], False),
        ([{"artifactType": "application/wasm", "platform": {"os": "wasip1"}}], False),
        ([{"platform": {"os": "linux"}}, 7], False),
        ("", False),
    ],
)
def test_a_list_of_what_refers_to_an_image_is_no_image(entries: object, *, lists: bool) -> None:
    """Clients keep one where the registry does not: each entry has a type, and none a platform."""
    assert described({"manifests": entries}).get("referrers", False) is lists

"""Which image a package URL names."""

from __future__ import annotations

import pytest

from adapters.sources.registry.image import Image, named

FIRST = f"sha256:{'1' * 64}"


def test_a_package_url_names_an_image_by_its_place_and_digest() -> None:
    """Its host is not looked at: a registry may be reached by another name than by its public one."""
    assert named(f"pkg:oci/app@{FIRST}?repository_url=r.example.com:5000/team/app") == Image("team/app", FIRST)


@pytest.mark.parametrize(
    "purl",
    [
        "",
        "app",
        f"pkg:oci/app@{FIRST}",
        "pkg:oci/app@latest?repository_url=r/team/app",
        f"pkg:docker/app@{FIRST}?repository_url=r/team/app",
        f"pkg:oci/app@{FIRST}?repository_url=r/team/../../secret",
        f"pkg:oci/app@{FIRST}?repository_url=r/team/app%3Fx",
        f"pkg:oci/app@{FIRST}/../x?repository_url=r/team/app",
    ],
)
def test_nothing_else_is_asked_for(purl: str) -> None:
    """Neither what no registry can have, nor what would lead elsewhere."""
    assert named(purl) is None

"""Filters that make package URLs (ECMA-427, github.com/package-url/purl-spec), as packageurl-python writes them."""

from __future__ import annotations

import re

from packageurl import PackageURL

from adapters.mapping.failures import Absent
from adapters.mapping.filters.kept import kept
from adapters.mapping.patterns import compiled

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_NAME = r"(?:(?P<registry>[^/@\s]*[.:][^/@\s]*|localhost)/)?(?P<repository>[^:@\s]+)"
_IMAGE = compiled(rf"{_NAME}(?::[\w.-]+)?@(?P<digest>sha[0-9]+:\w+)")
_TAGGED = compiled(rf"{_NAME}:(?P<tag>\w[\w.-]*)")


@kept
def oci_purl(value: str, repository: str, registry: str = "") -> str:
    """An image's purl from its digest: `pkg:oci/app@sha256:…?repository_url=registry/team/app`.

    Without `registry` there is no `repository_url`. No tag: one digest is one subject, whatever it is called.
    """
    if not _DIGEST.fullmatch(value):
        raise ValueError(f"'{value[:60]}' is not a sha256 or sha512 digest")
    name = repository.rpartition("/")[2].lower()
    qualifiers = {"repository_url": f"{registry}/{repository}".lower()} if registry else {}
    return _written(PackageURL("oci", None, name, value, qualifiers))


def image_purl(value: str) -> str:
    """The purl of an image from a reference by digest: `registry.example.com/team/app:1.4@sha256:…`, its tag left out.

    As in github.com/distribution/reference, what is before the first `/` is a registry if it has a dot or a port, or is
    `localhost`; without one there is no `repository_url`.
    """
    if (match := _IMAGE.fullmatch(value)) is None:
        raise ValueError(f"'{value[:60]}' is not an image with its digest, as in registry/team/app@sha256:...")
    return oci_purl(match["digest"], match["repository"], match["registry"] or "")


def tag_purl(value: str) -> str | Absent:
    """The purl of an image from a reference by tag, `registry.example.com/team/app:1.4`; absent for any other text.

    Where its digest is known, an `image_purl` is better: a tag may be another image's tomorrow.
    """
    if (match := _TAGGED.fullmatch(value)) is None:
        return Absent(f"'{value[:60]}' is no image with a tag")
    return purl(match["repository"], "docker", match["tag"], match["registry"] or "")


@kept
def generic_purl(value: str, namespace: str, version: str, download_url: str = "") -> str:
    """A file's purl, for what has no package type: `pkg:generic/namespace/value@version?download_url=…`."""
    qualifiers = {"download_url": download_url} if download_url else {}
    return _written(PackageURL("generic", namespace, value, version, qualifiers))


@kept
def purl(value: str, ecosystem: str, version: str, repository_url: str = "") -> str:
    """A package's purl from its full name: `team/app` gives `pkg:docker/team/app@1.4?repository_url=…`.

    `ecosystem` is a purl type. What is before the name's last `/` is the namespace. An image whose digest is known is
    better an `oci_purl`.
    """
    namespace, _, name = value.rpartition("/")
    qualifiers = {"repository_url": repository_url} if repository_url else {}
    return _written(PackageURL(ecosystem, namespace or None, name, version, qualifiers))


def _written(purl: PackageURL) -> str:
    """The purl as it reads back: the library strips some odd characters only when it parses."""
    if not purl.name:
        raise ValueError("a purl needs a name")
    return PackageURL.from_string(purl.to_string()).to_string()

"""Filters on URLs."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

from adapters.mapping.failures import Absent
from adapters.mapping.filters.kept import kept
from adapters.urls import place, public

_REMOTE = re.compile(r"(?:[a-z+]++://)?(?:[^/\s]*@)?([^:/@\s]++)(?::\d++)?[:/](?!//)(.+)")
_AZURE = re.compile(r"v3/([^/]++/[^/]++)/([^/]++)")
_PLAIN_PATH = re.compile(r"(?:[\w~%-][\w~%.-]*+/)*+[\w~%.-]*+", re.ASCII)


def url_join(value: str, base: str) -> str:
    """A relative URL made absolute against `base`, which is taken as a folder."""
    folder = base if base.endswith("/") else base + "/"
    if _PLAIN_PATH.fullmatch(value):
        return folder + value
    return urljoin(folder, quote(value, safe="/:?#[]@!$&'()*+,;=%~"))


def url_below(value: str, base: str) -> str | Absent:
    """What follows `base`, taken as a folder, in a URL; absent where the URL is not below it, and for an empty base.

    The case of a host, its default port and whether it is HTTP or HTTPS make no difference.
    """
    folder, found = place(base).rstrip("/") + "/", place(value)
    return found.removeprefix(folder) if base and found.startswith(folder) else Absent(f"it is not below {base}")


@kept
def git_remote(value: str) -> str | Absent:
    """The host and path of a git repository, however its URL is written, as in `github.com/acme/shop`.

    The `/scm/` of Bitbucket's URLs for HTTP is left out, and what Azure has for SSH is as for HTTP: one repository
    each. Absent for what is none.
    """
    if (match := _REMOTE.fullmatch(value)) is None:
        return Absent(f"'{value[:60]}' is no git remote")
    host, path = match[1].lower(), match[2].strip("/").removesuffix(".git").removeprefix("scm/")
    if host == "ssh.dev.azure.com" and (azure := _AZURE.fullmatch(path)):
        host, path = "dev.azure.com", f"{azure[1]}/_git/{azure[2]}"
    return f"{host}/{path}" if path else Absent(f"'{value[:60]}' is no git remote")


def url_encode(value: str) -> str:
    """The text percent-encoded as one path segment: `/` becomes `%2F`."""
    return quote(value, safe="")


def url_decode(value: str) -> str:
    """The text with one level of percent-encoding taken off."""
    return unquote(value, errors="strict")


def url_host(value: str) -> str:
    """The host of a URL, with its port where it has one."""
    if not (host := urlsplit(value).netloc.rpartition("@")[2]):
        raise ValueError(f"'{value[:60]}' is a URL without a host")
    return host


def url_path(value: str) -> str:
    """The path of a URL, without the slashes around it."""
    return urlsplit(value).path.strip("/")


@kept
def url_public(value: str) -> str:
    """A URL without user and password, and without parameters that look secret."""
    if "@" in value:
        urlsplit(value)  # raises ValueError for what is none
    return public(value, users=False)

"""A registry's answers: read within limits, and judged by what to do about them."""

from __future__ import annotations

from collections.abc import Callable

import requests
from urllib3.exceptions import HTTPError

from adapters.errors import AdapterError

LARGEST = 4 << 20
"""Bytes that are read of an answer: all registries should take a manifest of 4 MiB (distribution-spec, Pushing
Manifests)."""

_NOT_FOUND = 404
_LATER = frozenset({408, 429, *range(500, 600)})


class RegistrySilent(AdapterError):
    """The registry does not answer now."""


class ArtifactUnreadable(AdapterError):
    """The registry does not let this be read, or what was pushed is not what it should be."""


class NoSuchArtifact(AdapterError):
    """The registry does not have it."""


def content(answer: requests.Response, asked: str, seconds: float, clock: Callable[[], float]) -> bytes:
    """The body of an answer to what was `asked`, such as `GET <url>`.

    Raises RegistrySilent (also where it takes longer than `seconds`), ArtifactUnreadable or NoSuchArtifact.
    """
    judge(answer, asked)
    until, found = clock() + seconds, bytearray()
    try:
        while chunk := answer.raw.read1(64 << 10, decode_content=True):
            found += chunk
            if len(found) > LARGEST:
                raise ArtifactUnreadable(f"{asked}: more than {LARGEST} bytes")
            if clock() > until:
                raise RegistrySilent(f"{asked}: the answer takes longer than {seconds:g} s")
    except (OSError, HTTPError) as error:
        raise RegistrySilent(f"{asked}: {error}") from None
    return bytes(found)


def judge(answer: requests.Response, asked: str) -> None:
    """Raises what its status means, if that is not success."""
    if answer.status_code == _NOT_FOUND:
        raise NoSuchArtifact(f"{asked} answered 404")
    if answer.status_code in _LATER:
        raise RegistrySilent(f"{asked} answered {answer.status_code}")
    if not answer.ok:
        hint = "compare the configured user with the registry's"
        raise ArtifactUnreadable(f"{asked} answered {answer.status_code}: {hint}")

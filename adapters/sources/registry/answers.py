"""A registry's answers, judged by what to do about them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import requests

from adapters.errors import AdapterError
from adapters.http import Bounded, Unusable, bounded, no_answer

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


def session() -> requests.Session:
    """A session that reads answers within limits."""
    result = requests.Session()
    bounded(result, Bounded(LARGEST))
    return result


@contextmanager
def asking(what: str) -> Iterator[None]:
    """Where requests has no answer to what is asked, such as `GET <url>`: raises RegistrySilent or ArtifactUnreadable.

    The latter is for an answer that there is, and that cannot be taken.
    """
    try:
        yield
    except Unusable as error:
        raise ArtifactUnreadable(f"{what}: {error}") from None
    except OSError as error:
        raise RegistrySilent(f"{what}: {no_answer(error)}") from None


def judge(answer: requests.Response, asked: str) -> None:
    """Raises what its status means, if that is not success."""
    if answer.status_code == _NOT_FOUND:
        raise NoSuchArtifact(f"{asked} answered 404")
    if answer.status_code in _LATER:
        raise RegistrySilent(f"{asked} answered {answer.status_code}")
    if not answer.ok:
        hint = "compare the configured user with the registry's"
        raise ArtifactUnreadable(f"{asked} answered {answer.status_code}: {hint}")

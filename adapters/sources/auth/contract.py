"""What there is to know about a caller, and how one is told: before the body is read, and by it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from adapters.settings import Expected, Field

HeaderName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"), Expected("the name of a header, such as X-Gitlab-Token")
]
"""A header's name (RFC 9110 §5.6.2, token), in any case."""

Headers = Mapping[bytes, bytes]
"""A request's headers as ASGI has them: lower-case names, bytes."""

WRONG = "the credentials are missing or wrong"


class Unproven(Exception):
    """The caller is not shown to be who it should be; what it says is for the caller, and holds nothing secret."""

    def __init__(self, reason: str = WRONG) -> None:
        super().__init__(reason)


class Undecided(Exception):
    """Whether the caller is who it should be cannot be told now: what has to be mended, for the log."""


@dataclass(frozen=True, slots=True)
class Once:
    """What may be heard only once: what was signed, by its digest, until (seconds since 1970) it is too old anyway."""

    signed: bytes
    until: float


Proof = Callable[[Headers, bytes, datetime], Coroutine[Any, Any, Once | None]]
"""Looks at the headers and the body exactly as it was sent, at this time; raises Unproven, or Undecided."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Two questions: one before the body is read, one about the body.

    `header` carries the credential (lower case, empty when there is none): it is never kept. `challenge` is the
    `WWW-Authenticate` of a refusal (RFC 9110 §11.6.1), or empty.
    """

    header: str
    admits: Callable[[Headers], bool]
    proof: Proof | None = None
    challenge: str = ""

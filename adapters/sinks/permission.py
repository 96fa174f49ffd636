"""The handshake in which a sender of CloudEvents asks whether it may send (its http-webhook.md, Abuse Protection)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

from adapters.errors import TransientError
from adapters.settings import Expected, Field, Settings

if TYPE_CHECKING:
    import requests

ANYBODY = ANY_RATE = "*"

_SUCCESS = range(200, 300)


class Handshake(Settings):
    """As whom to ask, the name of a host, and for how many requests a minute, if not for any number."""

    origin: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9.-]+(:[0-9]+)?$"), Expected("a host, such as cdevents.example.com")
    ]
    rate: Annotated[int, Field(gt=0)] | None = None


Ask = Callable[[Mapping[str, str]], "requests.Response"]
"""Asks by OPTIONS, with these headers; raises TransientError where there is no answer."""


class Permission:
    """Asked for before the first message, and again each time that a message is tried again, until it is given."""

    def __init__(self, handshake: Handshake, ask: Ask) -> None:
        self._origin, self._rate, self._ask = handshake.origin, handshake.rate, ask
        self._granted = False
        self._pause = self._next = 0.0

    @property
    def headers(self) -> dict[str, str]:
        """What each request says of its sender."""
        return {"webhook-request-origin": self._origin}

    def obtain(self) -> None:
        """Returns once this sender may send; raises TransientError while it may not."""
        if self._granted:
            return
        rate = {"webhook-request-rate": str(self._rate)} if self._rate else {}
        answer = self._ask(self.headers | rate)
        allowed = answer.headers.get("webhook-allowed-origin", "")
        if answer.status_code not in _SUCCESS or allowed.lower() not in (ANYBODY, self._origin.lower()):
            said = f"WebHook-Allowed-Origin: {allowed[:100]}" if allowed else "no WebHook-Allowed-Origin"
            raise TransientError(
                f"'{self._origin}' may not send there: OPTIONS answered {answer.status_code} and {said}"
            )
        self._pause = _seconds_between(answer.headers.get("webhook-allowed-rate", ANY_RATE))
        self._granted = True

    def wait(self, now: float) -> float:
        """Takes a turn: seconds until the next request may be sent; `now` is of a clock that never goes back."""
        turn = max(now, self._next)
        self._next = turn + self._pause
        return turn - now


def _seconds_between(rate: str) -> float:
    """Of requests of which so many are allowed a minute; what is no number restricts nobody."""
    return 60 / int(rate) if rate.isascii() and rate.isdigit() and int(rate) else 0.0

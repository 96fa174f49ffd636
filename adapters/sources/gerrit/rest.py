"""Gerrit's REST API, as much of it as a backfill asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import requests

from adapters.errors import AdapterError
from adapters.http import Bounded, no_answer
from adapters.redaction import Redact
from adapters.sources.gerrit.attributes import Json, epoch

if TYPE_CHECKING:
    from pygerrit2 import GerritRestAPI

Params = list[tuple[str, str]]

LARGEST = 32 << 20
"""Bytes of an answer at most: events-log tells a few thousand events at once."""

_NOT_FOUND = 404


class BackfillFailed(AdapterError):
    """Gerrit does not tell now what was missed: ask again later."""


class NotInstalled(BackfillFailed):
    """Gerrit does not know this address: the plugin is not installed, or not for this user."""


def whole() -> Bounded:
    """What a client is to ask through that a Rest is made of."""
    return Bounded(LARGEST, stays=True)


class Rest:
    """Blocking calls; each one raises BackfillFailed where there is no usable answer.

    `redact` leaves out what Gerrit may repeat of what it was sent; `prefix` is what the names of the settings of the
    URL and the user begin with; `asks` is called before each request.
    """

    def __init__(
        self, api: GerritRestAPI, redact: Redact, prefix: str = "", asks: Callable[[], None] = lambda: None
    ) -> None:
        self._api, self._redact, self._prefix, self._asks = api, redact, prefix, asks

    def json(self, path: str, params: Params) -> Any:
        """The decoded answer of an endpoint."""
        return self._get(path, params)[0]

    def changes(self, params: Params) -> list[Json]:
        """The ChangeInfos that a query finds, each with a number and a time of its last update."""
        found = self.json("changes/", params)
        if not isinstance(found, list) or not all(map(_is_change, found)):
            raise self.stranger("changes/", "changes")
        return found

    def stranger(self, path: str, what: str) -> BackfillFailed:
        """The error for an answer that is none of Gerrit's."""
        whose = f"is {self._prefix}url that of Gerrit itself?"
        return BackfillFailed(f"GET {path} answered with something else than {what}: {whose}")

    def lines(self, path: str, params: Params) -> list[bytes]:
        """The lines of an answer in plain text."""
        _, response = self._get(path, params)
        content: bytes = response.content
        return content.splitlines()

    def _get(self, path: str, params: Params) -> tuple[Any, requests.Response]:
        self._asks()
        try:
            return self._api.get(path, return_response=True, params=params)  # type: ignore[no-any-return]
        except requests.HTTPError as error:
            raise self._refusal(error.response, path) from None
        except (OSError, ValueError) as error:
            reason = no_answer(error) if isinstance(error, OSError) else error
            raise BackfillFailed(f"GET {self._api.make_url(path)}: {reason}") from None
        except RecursionError:
            raise self.stranger(path, "its JSON") from None

    def _refusal(self, response: requests.Response, path: str) -> BackfillFailed:
        said = " ".join(self._redact(response.text).split())[:200]
        message = f"GET {path} answered {response.status_code}: {said}"
        if response.status_code == _NOT_FOUND:
            return NotInstalled(message)
        if response.status_code in (401, 403):
            names = f"{self._prefix}username and {self._prefix}password"
            return BackfillFailed(f"{message} (compare {names} with Gerrit's HTTP credentials)")
        return BackfillFailed(message)


def _is_change(told: Any) -> bool:
    try:
        return epoch(told["updated"]) > 0 and isinstance(told["_number"], int)
    except (LookupError, TypeError, ValueError):
        return False

"""Asks GitHub for the deliveries of a webhook: they are listed from the newest back, a hundred at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

import orjson
import requests
from requests.auth import AuthBase

from adapters.errors import AdapterError
from adapters.http import Bearer, Bounded, bounded, left_alone, no_answer
from adapters.redaction import Redact, redaction
from adapters.sources.github_deliveries.delivery import Delivery
from adapters.sources.github_deliveries.identity import AppToken
from adapters.sources.github_deliveries.settings import GithubDeliveriesSettings
from adapters.sources.patience import Limited
from adapters.tls import secure

LARGEST = 64 << 20
"""Bytes of an answer at most: GitHub sends payloads of up to 25 MB, and tells what they were answered with."""

PAGE = 100
"""Deliveries that are asked for at once: as many as GitHub gives."""

_OK, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 200, 401, 403, 404


class DeliveriesUnknown(AdapterError):
    """GitHub does not tell now what was delivered: ask again later. The message says what may help."""


class Api:
    """One webhook. Blocks; every method raises DeliveriesUnknown, or Limited.

    `asks` is called before each request, `clock` gives seconds since 1970.
    """

    def __init__(
        self, settings: GithubDeliveriesSettings, clock: Callable[[], float], asks: Callable[[], None]
    ) -> None:
        """Nothing is asked yet; raises ConfigError where an App's key is none."""
        self._url, self._timeout = f"{settings.api}/{settings.hook}/deliveries", settings.timeout
        self._clock, self._asks = clock, asks
        self._redact: Redact = redaction(settings)
        self._auth: AuthBase = AppToken(settings.app, clock) if settings.app else Bearer(_token(settings))
        self._session = requests.Session()
        secure(self._session, settings.tls)
        bounded(self._session, Bounded(LARGEST, stays=True))

    def pages(self) -> Iterator[list[Delivery]]:
        """All that GitHub still knows, newest first, in pages."""
        cursor: str | None = ""
        while cursor is not None:
            wanted = {"per_page": str(PAGE)} | ({"cursor": cursor} if cursor else {})
            answer = self._answer("", wanted)
            yield self._listed(answer)
            cursor = _following(answer)

    def delivery(self, number: int) -> Any:
        """All of one, with what was sent; None where GitHub has forgotten it."""
        answer = self._answer(f"/{number}", {}, may_be_gone=True)
        return None if answer.status_code == _NOT_FOUND else self._decoded(answer)

    def _listed(self, answer: requests.Response) -> list[Delivery]:
        found = self._decoded(answer)
        try:
            return [Delivery.of(each) for each in (found if isinstance(found, list) else [None])]
        except ValueError:
            message = f"GET {self._url} answered with something else than deliveries: is url that of GitHub's REST API?"
            raise DeliveriesUnknown(message) from None

    def _decoded(self, answer: requests.Response) -> Any:
        try:
            return orjson.loads(answer.content)
        except ValueError as error:
            raise DeliveriesUnknown(f"GET {self._url} answered with what is not JSON: {error}") from None

    def _answer(self, path: str, wanted: dict[str, str], *, may_be_gone: bool = False) -> requests.Response:
        self._asks()
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        try:
            answer = self._session.get(
                f"{self._url}{path}",
                params=wanted,
                headers=headers,
                auth=self._auth,
                timeout=self._timeout,
                verify=self._session.verify,
            )
        except OSError as error:
            raise DeliveriesUnknown(f"GET {self._url}{path}: {no_answer(error)}") from None
        if answer.status_code == _OK or (may_be_gone and answer.status_code == _NOT_FOUND):
            return answer
        raise self._refusal(f"GET {self._url}{path} answered {answer.status_code}", answer)

    def _refusal(self, what: str, answer: requests.Response) -> AdapterError:
        message = f"{what}: {' '.join(self._redact(answer.text).split())[:200]}"
        if (seconds := left_alone(answer.status_code, answer.headers, self._clock())) is not None:
            return Limited(message, seconds)
        if answer.status_code in (_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND):
            hint = "compare hook with the webhook's URL in GitHub; may the token, or the App, read webhooks?"
            return DeliveriesUnknown(f"{message} ({hint})")
        return DeliveriesUnknown(message)


def _token(settings: GithubDeliveriesSettings) -> Callable[[], str] | None:
    return settings.token.get_secret_value if settings.token else None


def _following(answer: requests.Response) -> str | None:
    """The cursor of the next page, None where there is none: of the URL that GitHub gives only that is taken."""
    _, _, query = answer.links.get("next", {}).get("url", "").partition("?")
    return next(iter(parse_qs(query).get("cursor", [])), None)

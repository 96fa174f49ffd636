"""A registry that wants a token tells where to get one, and gets it (distribution, spec/auth/token).

The realm is wherever the registry says. The password goes there over TLS, to the registry's own address, or to this
machine; and a place that an answer was redirected to is no registry, whatever it asks for.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
import requests
from requests.auth import AuthBase

from adapters.http import Basic
from adapters.mapping.patterns import compiled
from adapters.sources.registry.answers import ArtifactUnreadable, NoSuchArtifact, asking, judge, session
from adapters.sources.registry.settings import RegistryApi

REMEMBERED = 1000
"""Repositories whose tokens are kept."""

SHORTEST = 60.0
"""Seconds that a token holds, where nothing is said (spec/auth/token: expires_in)."""

_BEARER = compiled(r'(?i)(?:^|,)\s*Bearer\s+((?:\w+\s*=\s*(?:"[^"]*"|[^\s",]+)\s*,?\s*)+)')
_PARAMETER = compiled(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s",]+))')
_UNAUTHORIZED = 401
_TOKEN = compiled(r"[A-Za-z0-9._~+/=-]+")


class _Token(NamedTuple):
    text: str
    until: float


def challenge(header: str) -> Mapping[str, str] | None:
    """The parameters of a `WWW-Authenticate` with the scheme Bearer; None where there is no such, or no realm."""
    found = _BEARER.search(header)
    said = _PARAMETER.findall(found[1]) if found else []
    parameters = {name.lower(): quoted or plain for name, quoted, plain in said}
    return parameters if parameters.get("realm") else None


class Authentication(AuthBase):
    """The user's password where the registry takes it, a token where it wants one; a token also for nobody."""

    def __init__(self, settings: RegistryApi, clock: Callable[[], float]) -> None:
        self._url, self._timeout, self._clock = settings.url.rstrip("/"), settings.timeout, clock
        self._verify = str(settings.ca) if settings.ca else True
        self._basic: Basic | None = None
        if settings.username and settings.password:
            self._basic = Basic(settings.username, settings.password.get_secret_value)
        self._tokens: dict[str, _Token] = {}

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with what the registry wanted the last time."""
        token = self._tokens.get(_place(request))
        if token and self._clock() < token.until:
            request.headers["Authorization"] = f"Bearer {token.text}"
        elif self._basic:
            request = self._basic(request)
        request.register_hook("response", self._answered)  # type: ignore[no-untyped-call]
        return request

    def _answered(self, answer: requests.Response, **sending: Any) -> requests.Response:
        wanted = challenge(answer.headers.get("WWW-Authenticate", ""))
        ours = str(answer.url).startswith(f"{self._url}/v2/")
        if answer.status_code != _UNAUTHORIZED or wanted is None or not ours:
            return answer
        answer.close()
        token = self._asked(wanted)
        self._remember(_place(answer.request), token)
        again = answer.request.copy()
        again.headers["Authorization"] = f"Bearer {token.text}"
        second: requests.Response = answer.connection.send(again, **sending)  # as HTTPDigestAuth of requests does
        second.request = again
        return second

    def _asked(self, wanted: Mapping[str, str]) -> _Token:
        realm = wanted["realm"]
        self._may_be_told(realm)
        asked = f"GET {realm}"
        query = {name: wanted[name] for name in ("service", "scope") if name in wanted}
        with asking(asked), session() as client:
            answer = client.get(
                realm,
                params=query,
                auth=self._basic or _nobody,
                verify=self._verify,
                timeout=self._timeout,
                allow_redirects=False,
            )
        try:
            judge(answer, asked)
        except NoSuchArtifact as error:
            raise ArtifactUnreadable(str(error)) from None
        return self._token(answer.content, asked)

    def _may_be_told(self, realm: str) -> None:
        """Raises ArtifactUnreadable where the password would go to a stranger in clear text."""
        try:
            place = urlsplit(realm)
            host = place.hostname or ""
        except ValueError:
            place, host = urlsplit(""), ""
        if not host or place.scheme not in ("http", "https") or "@" in place.netloc:
            raise ArtifactUnreadable(f"the registry wants a token of '{realm[:200]}', which is no URL to ask at")
        own = urlsplit(self._url)
        private = place.scheme == "https" or place[:2] == own[:2] or _is_here(host)
        if self._basic and not private:
            raise ArtifactUnreadable(
                f"the registry wants the password sent to {realm[:200]}, in clear text: let its realm have https"
            )

    def _token(self, body: bytes, asked: str) -> _Token:
        try:
            said = orjson.loads(body)
        except ValueError as error:
            raise ArtifactUnreadable(f"{asked}: {error}") from None
        said = said if isinstance(said, dict) else {}
        text = said.get("token") or said.get("access_token")
        if not isinstance(text, str) or not _TOKEN.fullmatch(text):
            raise ArtifactUnreadable(f"{asked}: there is no token in the answer")
        lasts = said.get("expires_in")
        return _Token(text, self._clock() + (lasts if isinstance(lasts, int | float) else SHORTEST))

    def _remember(self, place: str, token: _Token) -> None:
        if len(self._tokens) >= REMEMBERED:
            self._tokens.clear()
        self._tokens[place] = token


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials, and none from a .netrc."""
    return request


def _place(request: requests.PreparedRequest) -> str:
    """The URL of a repository, of whose manifest or blob the request is."""
    return str(request.url).rsplit("/", 2)[0]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

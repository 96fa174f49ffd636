"""What the settings of the HTTP sink are to libcurl, and what its answers are to a message."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi
import pycurl

from adapters.endpoint.settings import Auth
from adapters.errors import DeliveryError, PermanentError, TransientError
from adapters.model import NOWHERE
from adapters.redaction import Redact
from adapters.sinks.http_settings import HttpSettings
from adapters.sinks.http_transfers import Answer, NoAnswer, Post
from adapters.urls import below, origin

if TYPE_CHECKING:
    from requests import PreparedRequest, Response

_HEADER = re.compile(rb"(?!\s)[^\r\n\x00]*")
_SUCCESS = range(200, 300)
_QUOTED = re.compile(r" (?:in|for) '.*(?:'|$)", re.DOTALL)
"""The proxy of the environment, which may have a password, as libcurl repeats what it cannot read."""


class Client:
    """Sets requests up, and says what came of them; secrets are read anew for each request."""

    def __init__(self, settings: HttpSettings, redact: Redact, clock: Callable[[], float]) -> None:
        self._settings, self._redact, self._clock = settings, redact, clock
        self._url = _prepared("POST", settings.url).url

    def handle(self) -> Any:
        """A new handle that knows where to post, and how."""
        curl = pycurl.Curl()
        for option, value in _options(self._settings):
            curl.setopt(option, value)
        return curl

    def prepare(self, curl: Any, post: Post) -> None:
        """Makes a handle ready for a POST; raises PermanentError for what no header or URL can hold.

        Of the settings that is a TransientError: somebody will mend them, and no message is at fault.
        """
        headers = _lines(_SAID | _configured(self._settings), "what the settings say", TransientError)
        headers |= _lines(post.headers, "the message", PermanentError)
        if sign := self._settings.sign:  # of this attempt, whatever a message says of itself
            signed = sign.headers(post.headers.get("idempotency-key", ""), post.body, self._clock())
            headers |= _lines(signed, "the signature", TransientError)
        curl.setopt(pycurl.HTTPHEADER, [b"Expect:", *headers.values()])
        curl.setopt(pycurl.POSTFIELDS, post.body)
        curl.setopt(pycurl.URL, self._url if post.place is NOWHERE else self._request(post).url)
        curl.setopt(pycurl.CUSTOMREQUEST, post.place.method or "POST")

    def judge(self, answer: Answer | NoAnswer, post: Post) -> DeliveryError | None:
        """None for any 2xx; else what `http_answer.judge` makes of it."""
        if isinstance(answer, NoAnswer):
            where = f"{post.place.method or 'POST'} {origin(self._settings.url)}"
            return TransientError(self._redact(f"{where}: {_reason(answer)}"))
        if answer.status in _SUCCESS:
            return None
        from adapters.sinks.http_answer import judge  # noqa: PLC0415 - where all is well it is not needed

        try:
            judge(_response(answer, self._request(post)), self._clock(), self._redact)
        except DeliveryError as error:
            return error
        return None

    def _request(self, post: Post) -> PreparedRequest:
        return _prepared(post.place.method or "POST", below(self._settings.url, post.place.path))


_SAID = {"accept": "*/*", "user-agent": "cdevents-adapters"}
"""What each request says, unless it is told otherwise."""


def _options(settings: HttpSettings) -> Iterator[tuple[int, Any]]:
    """No redirects, no `.netrc`, no questions at the terminal, and the proxies of the environment."""
    tls = settings.tls
    yield pycurl.PATH_AS_IS, 1
    yield pycurl.POST, 1
    yield pycurl.NOSIGNAL, 1
    yield pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1
    yield pycurl.ACCEPT_ENCODING, "gzip"
    yield pycurl.PROXY, _proxy(settings.url)
    yield pycurl.CONNECTTIMEOUT_MS, _milliseconds(settings.connect_timeout)
    yield pycurl.TIMEOUT_MS, _milliseconds(settings.connect_timeout + settings.read_timeout)
    yield pycurl.SSL_VERIFYPEER, int(tls.verify)
    yield pycurl.SSL_VERIFYHOST, 2 * tls.verify
    yield pycurl.CAINFO, str(tls.ca or certifi.where())
    if tls.certificate:
        yield pycurl.SSLCERT, str(tls.certificate)
        yield pycurl.SSLKEY, str(tls.key or tls.certificate)
        yield pycurl.KEYPASSWD, ""


def _prepared(method: str, url: str) -> PreparedRequest:
    """With a URL as it is written on the wire."""
    from requests import Request, RequestException  # noqa: PLC0415 - only for a sink that is configured

    try:
        return Request(method, url).prepare()
    except (RequestException, ValueError):
        raise PermanentError("the event makes no URL that could be called: compare it with the sink's url") from None


def _proxy(url: str) -> str:
    parts = urlsplit(url)
    return "" if proxy_bypass(parts.netloc) else getproxies().get(parts.scheme, "")


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def _configured(settings: HttpSettings) -> dict[str, str]:
    """Headers of the settings, names in lower case, as they are now."""
    headers = {name.lower(): value.get_secret_value() for name, value in settings.headers.items()}
    return headers | ({"authorization": _authorization(settings.auth)} if settings.auth else {})


def _authorization(auth: Auth) -> str:
    if auth.basic:
        known = f"{auth.basic.username}:{auth.basic.password.get_secret_value()}"
        return f"Basic {b64encode(known.encode()).decode()}"
    assert auth.bearer is not None  # noqa: S101 - its settings have exactly one
    return f"Bearer {auth.bearer.get_secret_value()}"


def _lines(headers: Mapping[str, str], what: str, error: type[DeliveryError]) -> dict[str, bytes]:
    """Headers as libcurl takes them, by their names in lower case."""
    try:
        return {name.lower(): _line(name.lower(), value) for name, value in headers.items()}
    except ValueError as refused:
        raise error(f"{what} cannot be sent in HTTP headers: {refused}") from None


def _line(name: str, value: str) -> bytes:
    """A header as libcurl takes it, which is told otherwise that one without a value is to be sent."""
    try:
        content = value.encode("latin-1")
    except UnicodeError:
        raise ValueError(f"{name} has a character that is not in ISO 8859-1") from None
    if not _HEADER.fullmatch(content):
        raise ValueError(f"{name} has a line break or begins blank")
    return b"%s: %s" % (name.encode(), content) if content else name.encode() + b";"


def _reason(answer: NoAnswer) -> str:
    if answer.code == pycurl.E_OPERATION_TIMEDOUT:
        return "no answer in time"
    if answer.code == pycurl.E_COULDNT_CONNECT and answer.errno:
        return os.strerror(answer.errno)
    return f"the connection failed ({_QUOTED.sub('', answer.reason) or f'libcurl has code {answer.code} for it'})"


def _response(answer: Answer, request: PreparedRequest) -> Response:
    """The answer as the client of everything else has it."""
    import requests  # noqa: PLC0415 - as above

    response = requests.Response()
    response.status_code, response.url, response.request = answer.status, request.url or "", request
    response._content = answer.excerpt  # noqa: SLF001 - as requests' own adapters do
    for line in answer.head:
        name, colon, value = line.decode("latin-1").partition(":")
        if line.startswith(b"HTTP/"):  # there may have been another, of a status 1xx
            response.headers.clear()
            response.reason = " ".join(line.decode("latin-1").split()[2:])
        elif colon:
            response.headers[name.strip()] = value.strip()
    return response

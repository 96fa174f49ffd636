"""Asks an API: one request, and what its answer means."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson
import requests
from requests.utils import parse_header_links

from adapters.endpoint.session import session
from adapters.errors import AdapterError
from adapters.http import Bounded, Unusable, exhausted, left_alone, no_answer
from adapters.marks import unmarked
from adapters.redaction import redaction
from adapters.sources.patience import Limited
from adapters.sources.poll.errors import Unanswered, Unlisted
from adapters.sources.poll.request import Answer, Request
from adapters.sources.poll.settings import PollSettings

_OK, _NO_CONTENT, _NOT_MODIFIED, _UNAUTHORIZED = 200, 204, 304, 401
_TAGS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
_LINES = {"ndjson", "jsonl", "jsonlines", "json-lines"}
_GUARD = b")]}'"
"""What Gerrit and others put before JSON, so that no page runs it as a script."""


class Client:
    """Asks one API. Blocks; for one thread at a time. `clock` gives epoch seconds, `asks` is called before each."""

    def __init__(self, settings: PollSettings, clock: Callable[[], float], asks: Callable[[], None]) -> None:
        self._timeout, self._clock, self._asks = settings.timeout, clock, asks
        self._redact = redaction(settings)
        self._session = session(settings.auth, settings.headers, settings.tls, Bounded(settings.largest, stays=True))
        self.rest = 0.0
        """Seconds for which there are no requests left: the last answer said so."""

    def get(self, request: Request, tags: Mapping[str, str]) -> Answer | None:
        """What is answered, None where that is as it was when it had these tags.

        Raises Limited, Unanswered or Unlisted.
        """
        self.rest = 0.0
        self._asks()
        headers = {"Accept": "application/json", **tags}
        try:
            answer = self._session.request(
                request.method,
                request.address,
                json=request.body,
                headers=headers,
                timeout=self._timeout,
                verify=self._session.verify,
            )
        except Unusable as error:
            raise Unlisted(self._redact(f"{_named(request)}: {error}")) from None
        except (OSError, ValueError) as error:
            reason = no_answer(error) if isinstance(error, OSError) else "it is no URL that can be asked"
            raise Unanswered(self._redact(f"{_named(request)}: {reason}")) from None
        unchanged = answer.status_code == _NOT_MODIFIED and bool(tags)
        if answer.status_code not in (_OK, _NO_CONTENT) and not unchanged:
            raise self._refusal(request, answer)
        self.rest = exhausted(answer.headers, self._clock()) or 0.0
        if unchanged:
            return None
        document = self._document(request, answer)
        if request.body is None:
            return Answer(document, _next(answer), _tags(answer))
        said = _errors(document)
        wrong = self._redact(f"{_named(request)} answered with errors: {said}") if said else ""
        return Answer(document, _next(answer), {}, wrong)

    def _document(self, request: Request, answer: requests.Response) -> object:
        if answer.status_code == _NO_CONTENT:
            return None
        body = unmarked(answer.content).removeprefix(_GUARD).strip()
        try:
            if _of_lines(answer):
                return [orjson.loads(line) for line in body.splitlines() if line.strip()]
            return orjson.loads(body)
        except ValueError as error:
            what = f"what is not JSON: {error}" if body else "nothing at all"
            if body[:1] == b"<":
                what = "a page for people, such as one to log in at: compare 'url' and 'auth'"
            raise Unlisted(self._redact(f"{_named(request)} answered with {what}"), answer.status_code) from None

    def _refusal(self, request: Request, answer: requests.Response) -> AdapterError:
        said = " ".join(self._redact(answer.text).split())[:200]
        message = f"{self._redact(_named(request))} answered {answer.status_code}: {said}".removesuffix(": ")
        if (seconds := left_alone(answer.status_code, answer.headers, self._clock())) is not None:
            return Limited(message, seconds)
        if answer.status_code == _UNAUTHORIZED:
            return Unanswered(f"{message} (compare 'auth' and 'headers')")
        return Unlisted(message, answer.status_code)


def _named(request: Request) -> str:
    return f"{request.method} {request.url}"


def _errors(document: object) -> str:
    """What GraphQL (`errors`) and JSON-RPC (`error`) say beside, or in the place of, a result; they answer 200."""
    found = [document.get(name) for name in ("errors", "error")] if isinstance(document, dict) else []
    return " ".join(orjson.dumps(each).decode()[:200] for each in found if each)


def _next(answer: requests.Response) -> str | None:
    """Where the header Link leads (RFC 8288): a link may have several relations, and their case does not count."""
    for link in parse_header_links(answer.headers.get("link", "")):
        named = {name.lower(): value for name, value in link.items()}
        if "next" in named.get("rel", "").lower().split():
            return named["url"]
    return None


def _of_lines(answer: requests.Response) -> bool:
    """Whether each line of an answer is JSON by itself: by its media type, of which there are several in use."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind.rpartition("/")[2].removeprefix("x-") in _LINES


def _tags(answer: requests.Response) -> dict[str, str]:
    return {name: answer.headers[header] for header, name in _TAGS.items() if header in answer.headers}

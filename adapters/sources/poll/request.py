"""What is asked of an API: a URL and its parameters, or a body, made for a list, and for the page after one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urldefrag, urlencode, urljoin
from zoneinfo import ZoneInfo

import orjson

from adapters.mapping.failures import Absent, Failure
from adapters.mapping.paths import followed
from adapters.mapping.syntax import Step, members
from adapters.sources.poll.errors import Unlisted
from adapters.sources.poll.listing import Listing, Pages
from adapters.sources.poll.templates import Around, document, parameter, place
from adapters.urls import origin, same_origin


@dataclass(frozen=True, slots=True)
class Request:
    """A GET of a URL, with parameters beside those that it has; a POST, where it has a body."""

    url: str
    parameters: tuple[tuple[str, str], ...] = ()
    body: Mapping[str, Any] | None = None

    @property
    def method(self) -> str:
        """GET or POST."""
        return "GET" if self.body is None else "POST"

    @property
    def key(self) -> str:
        """What no other request has."""
        return f"{self.address} {'' if self.body is None else orjson.dumps(self.body).decode()}"

    @property
    def address(self) -> str:
        """All of it as one URL."""
        if not self.parameters:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(self.parameters, quote_via=quote)}"

    def number(self, name: str) -> int:
        """What a parameter is now, or the member of a body at a path."""
        found = dict(self.parameters)[name] if self.body is None else followed(self.body, members(name))
        return int(found)  # it was set by `but`

    def but(self, name: str, value: str | int) -> Request:
        """The same with another value of a parameter, or of the member of a body at a path."""
        if self.body is not None:
            return replace(self, body=_but(self.body, [*members(name)], value))
        others = tuple(each for each in self.parameters if each[0] != name)
        return replace(self, parameters=(*others, (name, str(value))))


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: the JSON of a body (None: there is none, or null), and where the header Link says the next page is.

    `tags` are the headers that make the next question for the same a conditional one. `wrong` is what it says went
    wrong, beside what there is.
    """

    document: Any
    link: str | None = None
    tags: Mapping[str, str] | None = None
    wrong: str = ""


def first(listing: Listing, names: Collection[str], home: str) -> Callable[[Around], Request]:
    """What makes the request of the first page of a list, of the items of the lists of these names around it.

    It raises Unlisted where they have not what it needs, or lead to another server than that of the URL `home`.
    """
    url, start = place(listing.url, names), _start(listing.pages)
    made = {name: parameter(given, names) for name, given in listing.query.items()}
    body = document(listing.body, names)

    def request(around: Around) -> Request:
        try:
            parameters = [(name, value) for name, values in made.items() for value in values(around)]
            asked = Request(_stays(home, url(around), "the list"), tuple(parameters), body(around))
            return asked.but(*start) if start else asked
        except Failure as failure:
            raise Unlisted(f"what it is asked by cannot be made: {failure}") from None

    return request


def _start(pages: Pages) -> tuple[str, int] | None:
    if pages.number:
        return pages.number, 1 if pages.first is None else pages.first
    return (pages.offset, pages.first or 0) if pages.offset else None


def _but(document: Any, steps: Sequence[Step], value: str | int) -> dict[str, Any]:
    """JSON with another value at some steps, which are all names."""
    step, *rest = map(str, steps)
    known = document if isinstance(document, Mapping) else {}
    return {**known, step: _but(known.get(step), rest, value) if rest else value}


def following(pages: Pages, request: Request, answer: Answer, count: int) -> Request | None:
    """The request of the page after one with so many items, None after the last; raises Unlisted."""
    if pages.link:
        return _led(request, answer.link)
    if pages.next:
        return _led(request, _said(answer, pages.next))
    if pages.cursor and pages.parameter:
        cursor = _said(answer, pages.cursor)
        return request.but(pages.parameter, cursor) if cursor else None
    if count == 0 or count < (pages.size or 0):
        return None
    if pages.number:
        return request.but(pages.number, request.number(pages.number) + 1)
    return request.but(pages.offset, request.number(pages.offset) + count) if pages.offset else None


def _said(answer: Answer, path: str) -> str | None:
    found = followed(answer.document, members(path))
    if isinstance(found, Absent) or found is False or found == "":
        return None
    if isinstance(found, str) or type(found) is int:
        return str(found)
    raise Unlisted(f"'{path}' is no text and no number, and so no way to the next page")


def _led(request: Request, to: str | None) -> Request | None:
    """Where a URL of an answer leads, which is at the same server: what knows who asks goes to no other."""
    if to is None:
        return None
    try:
        return Request(_stays(request.address, to, "the next page"), body=request.body)
    except Unlisted as error:
        raise Unlisted(
            f"{error} (ask it by the URL that it knows itself by, or count: `pages: {{number: page}}`)"
        ) from None


def _stays(home: str, to: str, what: str) -> str:
    """A URL that an API gave, which may be relative; raises Unlisted where it is none, or that of another server."""
    try:
        url = urldefrag(urljoin(home, to)).url
        if same_origin(home, url):
            return url
        raise Unlisted(f"{what} is at another server, {origin(url)}, which is not asked")
    except ValueError:
        raise Unlisted(f"{what} is at what is no URL") from None


def written(since: float, form: str, zone: str) -> str:
    """A time since 1970 in the form in which an API wants it; never later than it is."""
    match form:
        case "epoch_s":
            return str(int(since // 1))
        case "epoch_ms":
            return str(int(since * 1000 // 1))
        case "rfc3339":
            return datetime.fromtimestamp(since // 1, UTC).isoformat().replace("+00:00", "Z")
    return datetime.fromtimestamp(since // 1, ZoneInfo(zone)).strftime(form)

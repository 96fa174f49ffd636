"""What a `poll` source may be told: how an API lists things, and how to know what of them is new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal, Self

from adapters.endpoint.settings import Auth, HeaderName
from adapters.mapping import syntax
from adapters.mapping.document import When
from adapters.secrets import HeaderSecret
from adapters.settings import (
    AwareDatetime,
    Duration,
    Expected,
    Field,
    Info,
    Size,
    TimeZone,
    Word,
    WrapValidator,
    model_validator,
    placed,
)
from adapters.sources.contract import SourceSettings
from adapters.sources.poll.listing import Listing, Order, Outer, Path, Paths, checked
from adapters.sources.poll.templates import document, parameter, place
from adapters.tls import Tls
from adapters.urls import origin, same_origin


def _since(given: Any, read: Callable[[Any], Any], _info: Info) -> Any:
    try:
        return read(given)
    except ValueError:
        raise ValueError(
            "expected now, beginning, a duration such as 30d, or a time such as 2026-05-04T00:00:00Z"
        ) from None


Since = Annotated[Literal["now", "beginning"] | Duration | AwareDatetime, WrapValidator(_since)]
Form = Annotated[
    str,
    Field(pattern=r"^(rfc3339|epoch_s|epoch_ms|[^%]*%.*)$"),
    Expected("rfc3339, epoch_s, epoch_ms, or a form of strftime such as %Y-%m-%d"),
]
"""How a time is written."""


class PollSettings(SourceSettings, Listing):
    """A list of things that happen, and how to know what of them is new.

    An item is told when it is new, and again when its `version`, or all of it, is another. `each` are lists whose items
    fill the URL, the query and the body. `time` is when an item happened, or changed, in any usual form. With
    `${$since}` in the query, or the body, only what is new is asked for: what was told up to `overlap` ago, or since
    the oldest item that is `open`.
    """

    type: Literal["poll"]
    each: dict[Word, Outer] = {}
    version: Paths | None = None
    time: Path | None = None
    zone: TimeZone = "UTC"
    order: Order = "any"
    since: Since = "now"
    form: Form = "rfc3339"
    overlap: Annotated[Duration, Field(ge=0)] = 300.0
    open: When = {}
    open_for: Annotated[Duration, Field(gt=0)] = 7 * 86400.0
    every: Annotated[Duration, Field(gt=0)] = 60.0
    requests_per_second: Annotated[float, Field(gt=0)] = 5.0
    timeout: Annotated[Duration, Field(gt=0)] = 30.0
    largest: Annotated[Size, Field(gt=0, le=256 << 20)] = 16 << 20
    auth: Auth | None = None
    headers: dict[HeaderName, HeaderSecret] = {}
    tls: Tls = Tls()

    @classmethod
    def shaped(cls) -> tuple[str, ...]:
        """As in SourceSettings."""
        return ("url", "query", "body", "each")

    def begun(self, now: datetime) -> float | None:
        """From when the very first start tells, in seconds since 1970; None where that is from the beginning."""
        match self.since:
            case "beginning":
                return None
            case "now":
                return now.timestamp()
            case datetime():
                return self.since.timestamp()
            case _:
                return now.timestamp() - float(self.since)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        names: list[str] = []
        for at, listing in self.listings():
            _check(at, listing, names)
            names += listing.within
            names += at[-1:]
            if not listing.url.startswith("${") and not same_origin(listing.url, self.home):
                raise placed(
                    f"is not at {origin(self.home)}, as the first list is", (*at, "url"), "write a source each"
                )
        if double := next((name for name in names if names.count(name) > 1), None):
            raise placed(
                f"'{double}' is the name of two lists", ("within" if double in self.within else "each", double)
            )
        self._timed()
        checked(self.open, "open")
        return self

    @property
    def single(self) -> bool:
        """As in SourceSettings."""
        return True

    @property
    def home(self) -> str:
        """The URL of the outermost list: everything else is at the same server."""
        return next(listing.url for _, listing in self.listings())

    def listings(self) -> Iterator[tuple[tuple[str, ...], Listing]]:
        """Every list, the outermost first, and where it is written."""
        yield from ((("each", name), each) for name, each in self.each.items())
        yield (), self

    def asked(self) -> list[Any]:
        """What makes lists other lists: their URLs, and what is posted there."""
        return [part for _, listing in self.listings() for part in (listing.url, listing.body) if part is not None]

    def _timed(self) -> None:
        if self.time is not None:
            return
        wants = {
            "open": bool(self.open),
            "order": self.order == "newest",
            "since": self.since not in ("now", "beginning"),
        }
        if wanting := next((name for name, wanted in wants.items() if wanted), None):
            raise placed(f"'{wanting}' needs 'time': the path of when an item happened", (wanting,))


def _check(at: tuple[str, ...], listing: Listing, names: list[str]) -> None:
    """Raises what is wrong in the templates of a list, where lists of these names are around it."""
    for way in ("parameter", "number", "offset") if listing.body is not None else ():
        if not all(isinstance(step, str) for step in syntax.members(getattr(listing.pages, way) or "x")):
            raise placed("is no path of names in the body", (*at, "pages", way), "such as variables.after")
    made: dict[tuple[str, ...], Callable[[], Any]] = {("url",): lambda: place(listing.url, names)}
    made |= {("query", name): partial(parameter, given, names) for name, given in listing.query.items()}
    made |= {("body", name): partial(document, given, names) for name, given in (listing.body or {}).items()}
    for inside, make in made.items():
        try:
            make()
        except ValueError as error:
            raise placed(str(error), (*at, *inside), getattr(error, "hint", "")) from None

"""How long something took, in the ways that tools write it, as seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from adapters.mapping.filters.number import exact, plain
from adapters.regex import regex

_LONGEST = 64
_NAMES = {
    "d day days": "86400",
    "h hr hrs hour hours": "3600",
    "m min mins minute minutes": "60",
    "s sec secs second seconds": "1",
    "ms msec msecs milli millis millisecond milliseconds": "0.001",
    "us µs μs micros microsecond microseconds": "0.000001",
    "ns nano nanos nanosecond nanoseconds": "0.000000001",
}
_UNITS: Mapping[str, Decimal] = {name: Decimal(size) for names, size in _NAMES.items() for name in names.split()}

_POINT = regex(r"(?:[0-9]{1,18}\.?|[0-9]{0,18}\.[0-9]{1,18})(?:e[+-]?[0-9]{1,3})?")
_COMMA = regex(r"([0-9]{1,18}),([0-9]{1,18})")
_GROUPS = regex(
    r"(?P<whole>[1-9][0-9]{0,2}(?P<mark>[.,' \u00a0\u202f])[0-9]{3}(?:(?P=mark)[0-9]{3})*)"
    r"(?:(?!(?P=mark))[.,](?P<part>[0-9]{1,18}))?"
)
_PIECE = regex(r"(?:,? ?(?:and )?)?([0-9.,]+(?:e[+-]?[0-9]+)?|[0-9][0-9.,' \u00a0\u202f]*[0-9])\s?([a-zµμ]+)")
_CLOCK = regex(
    r"(?:(?:(?:(?P<d>[0-9]{1,9})(?:\.| days?,? ))?(?P<h>[0-9]{1,9}):)?(?P<m>[0-9]{1,9}):)"
    r"(?P<s>[0-5][0-9](?:[.,](?P<part>[0-9]{1,18}))?)"
)
_ISO = regex(
    r"p(?:(?P<w>[0-9]{1,9})w|(?:(?P<d>[0-9]{1,9})d)?"
    r"(?:t(?=.)(?:(?P<h>[0-9]{1,9})h)?(?:(?P<m>[0-9]{1,9})m)?(?:(?P<s>[0-9]{1,18}(?:[.,][0-9]{1,18})?)s)?)?)"
)
_SIZES = {"w": 7 * _UNITS["d"], **_UNITS}


def duration(value: int | float | str) -> int | float:
    """Seconds, from a number of them or a text: `1m34s`, `1 min 34 sec`, `412ms`, `0,160`, `00:01:34.5`, `PT1M34S`.

    Without a unit it is of seconds. What could be read in two ways (`1,234`, `1:34`), is below zero or not finite, or
    says months or years, is an error.
    """
    number = _read(value.strip(), value[:60]) if isinstance(value, str) else exact(value)
    if number < 0:
        raise ValueError(f"{value} is below zero")
    return plain(number)


def _read(text: str, shown: str) -> Decimal:
    text = text.lower()
    if text and len(text) <= _LONGEST:
        for read in (_number, _clock, _iso, _pieces):
            if (found := read(text)) is not None:
                return found
    raise ValueError(f"'{shown}' is not a duration")


def _number(text: str) -> Decimal | None:
    """A number with a point or a comma, and groups of thousands; raises ValueError where a comma may be either."""
    if _POINT.fullmatch(text):
        return Decimal(text)
    if match := _GROUPS.fullmatch(text):
        if match["mark"] == "," and text.count(",") == 1 and match["part"] is None:
            raise ValueError(f"'{text}' may be {text.replace(',', '.')} or {text.replace(',', '')}")
        return Decimal(f"{match['whole'].replace(match['mark'], '')}.{match['part'] or 0}")
    return Decimal(".".join(match.groups())) if (match := _COMMA.fullmatch(text)) else None


def _clock(text: str) -> Decimal | None:
    """`[[days.]hours:]minutes:seconds`; without hours, only seconds with a fraction are sure to be seconds."""
    if (match := _CLOCK.fullmatch(text)) is None:
        return None
    if match["h"] is None and match["part"] is None:
        raise ValueError(f"'{text}' may be hours and minutes, or minutes and seconds")
    if match["h"] is not None and int(match["m"]) >= 60:  # noqa: PLR2004  minutes of an hour
        return None
    return _sum(match)


def _iso(text: str) -> Decimal | None:
    """ISO 8601, of weeks, or days and below; months and years have no length."""
    match = _ISO.fullmatch(text)
    return _sum(match) if match and text != "p" else None


def _sum(match: re.Match[str]) -> Decimal:
    found = {unit: part.replace(",", ".") for unit, part in match.groupdict().items() if unit in _SIZES and part}
    return sum((Decimal(part) * _SIZES[unit] for unit, part in found.items()), Decimal())


def _pieces(text: str) -> Decimal | None:
    """Numbers with units, from the largest unit to the smallest."""
    found, last = Decimal(), _SIZES["w"]
    for piece in _cut(text):
        if piece is None or (number := _number(piece[0])) is None:
            return None
        size = _UNITS.get(piece[1])
        if size is None or size >= last:
            return None
        found, last = found + number * size, size
    return found


def _cut(text: str) -> Iterator[tuple[str, str] | None]:
    """The numbers and units that a text consists of; None for what is neither."""
    at = 0
    while at < len(text):
        if (match := _PIECE.match(text, at)) is None:
            yield None
            return
        yield match[1], match[2]
        at = match.end()

"""A time in any of the ways in which one is written where nobody has agreed on one, as by the runners of tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from adapters.mapping.filters.time import Zone, epoch_s, iso, zone_named
from adapters.regex import regex

_EARLIEST = 1990
_SINCE_1970 = regex(r"(?P<seconds>[0-9]{10})(?P<more>[0-9]{3}|[0-9]{6}|[0-9]{9})?(?:[.,](?P<part>[0-9]{1,9}))?")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)

_YEAR, _DAY, _NAME = r"(?P<year>\d{4})", r"(?P<day>\d\d?)", r"(?P<month>[a-z]{3,9})\.?"
_SECONDS = r"(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?"
_CLOCK = rf"(?P<hour>\d\d?):(?P<minute>\d\d)(?::{_SECONDS})?(?:\s?(?P<half>[ap])\.?m\.?)?"
_ZONE = r"(?:\s?(?P<zone>(?:utc|gmt)?[+-]\d\d(?::?\d\d)?|[a-z]{1,5})(?:\s?[(\[][^)\]]*[)\]]|\s[a-z]{2,5})?)?"
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
_FORMS = [
    regex(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"{_YEAR}(?P<mark>[-/.])(?P<month>\d\d?)(?P=mark){_DAY}(?:t|,?\s+){_CLOCK}{_ZONE}",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)(?:t|\s){_CLOCK}{_ZONE}",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)t(?P<hour>\d\d)(?P<minute>\d\d){_SECONDS}(?P<half>)?{_ZONE}",
        rf"{_WEEKDAY}{_DAY}[\s-]{_NAME}[\s-]{_YEAR},?\s+{_CLOCK}{_ZONE}",
        rf"{_WEEKDAY}{_NAME}\s+{_DAY},?\s+{_YEAR},?\s+(?:at\s+)?{_CLOCK}{_ZONE}",
        rf"{_WEEKDAY}{_NAME}\s+{_DAY}\s+{_CLOCK}{_ZONE}\s+{_YEAR}",
    )
]
_MONOTONIC = regex(r"\sm=[+-][0-9.]+$")


def moment(value: str, zone: Zone = "") -> str:
    """RFC 3339 of a time in any form in which year, month and day cannot be taken for each other.

    ISO 8601; `Mon, 04 May 2026 10:11:12 GMT` of RFC 5322; what C, Java, JavaScript and Go write by themselves, such as
    `Mon May 04 10:11:12 CEST 2026`; seconds since 1970, or their thousandths, millionths or billionths, by the number
    of digits. Without an offset in the text, `zone` has to say which is meant; an abbreviation is read where it is UTC
    or GMT, or what is said in `zone` at that time. A time before 1990 is an error: a tool's way to say none.
    """
    text = _MONOTONIC.sub("", " ".join(value.split()))
    if match := _SINCE_1970.fullmatch(text):
        return _with(f"{match['more'] or ''}{match['part'] or ''}", epoch_s(int(match["seconds"])))
    if match := next(filter(None, (form.fullmatch(text) for form in _FORMS)), None):
        return _read(match, zone)
    raise ValueError(f"'{value[:60]}' is not a time of a known form")


def _read(match: re.Match[str], zone: str) -> str:
    day = f"{match['year']}-{_month(match['month']):02}-{int(match['day']):02}"
    local = f"{day}T{_hour(match):02}:{match['minute']}:{match['second'] or '00'}"
    if int(match["year"]) < _EARLIEST:
        raise ValueError(f"'{local}' is too long ago to be meant")
    return _with(match["part"] or "", iso(f"{local}{_offset(match['zone'] or '', zone, local)}", zone))


def _with(fraction: str, time: str) -> str:
    return f"{time[:-1]}.{fraction[:9]}Z" if fraction else time


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    named = [number for number, name in enumerate(_MONTHS, start=1) if name.startswith(text.lower())]
    if len(named) != 1:
        raise ValueError(f"there is no month '{text}'")
    return named[0]


def _hour(match: re.Match[str]) -> int:
    hour, half = int(match["hour"]), match["half"]
    if not half:
        return hour
    if not 1 <= hour <= 12:  # noqa: PLR2004  hours of a half of a day
        raise ValueError(f"{hour} is not an hour before or after noon")
    return hour % 12 + (12 if half in "pP" else 0)


def _offset(text: str, zone: str, local: str) -> str:
    """As `iso` takes it, of `+02`, `GMT+0200`, `UTC` or an abbreviation; nothing where there is none."""
    name = re.sub("^(?:utc|gmt)(?=[+-])", "", text, flags=re.IGNORECASE)
    if name.upper() in ("", "Z", "UTC", "GMT"):
        return "Z" if name else ""
    if name[0] in "+-":
        return name if len(name) > len("+02") else f"{name}00"
    if found := next((each for each in _said(local, zone) if each.tzname() == name), None):
        return f"{found:%z}"[: len("+0200")]
    raise ValueError(f"'{name}' is not what a zone is surely called; an offset such as +0200 would be")


def _said(local: str, zone: str) -> Iterator[datetime]:
    """A time in a zone: twice, for the hour that there is twice when summer ends."""
    if there := zone_named(zone):
        yield from (datetime.fromisoformat(local).replace(tzinfo=there, fold=fold) for fold in (0, 1))

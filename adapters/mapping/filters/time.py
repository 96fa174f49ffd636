"""Filters from a tool's way of writing a time to RFC 3339 in UTC (`2024-06-10T06:13:20.123Z`)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapters.mapping.filters import number
from adapters.regex import regex

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC).timestamp()
_FORM = regex(
    r"(?P<date>\d{4}-\d\d-\d\d)[T ](?P<time>\d\d:\d\d:\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"\s?(?P<zone>[Zz]|[+-]\d\d:?\d\d)?"
)
_OFFSET = regex(r"([+-])(\d\d):?(\d\d)")
_SOME_TIME = datetime(2026, 1, 2, tzinfo=UTC)


@lru_cache(maxsize=64)
def zone_named(name: str) -> tzinfo | None:
    """The zone: `Z`, `+01:00`, `Europe/Berlin`; None for an empty name. Raises ValueError where there is none."""
    if name in ("", "Z", "z"):
        return UTC if name else None
    try:
        return datetime.strptime(name, "%z").tzinfo if _OFFSET.fullmatch(name) else ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f"there is no time zone '{name[:60]}'") from None


def _check_form(form: str) -> None:
    datetime.strptime(_SOME_TIME.strftime(form), form)  # noqa: DTZ007  only whether it is one


Zone = Annotated[str, zone_named]
"""The name of a zone, checked when the mapping loads where it is known then."""
Form = Annotated[str, _check_form]
"""A form of `strptime`, checked likewise."""


def epoch_s(value: int | float | str) -> str:
    """Seconds since 1970 (a number, or text that is one). Before 1990 it is an error: a mistaken unit."""
    seconds = _number(value)
    if type(seconds) is int:
        return f"{_minute(seconds // 60, 'seconds')}{seconds % 60:02}Z"
    return _written(_moment(seconds, "seconds"), "microseconds")


def epoch_ms(value: int | str) -> str:
    """Milliseconds since 1970 (a whole number, or text that is one). Before 1990 it is an error: a mistaken unit."""
    seconds, milliseconds = divmod(value if type(value) is int else number.whole(value), 1000)
    return f"{_minute(seconds // 60, 'milliseconds')}{seconds % 60:02}.{milliseconds:03}Z"


def iso(value: str, zone: Zone = "") -> str:
    """ISO 8601 in the forms tools write: `T` or a space, `.` or `,`, `Z`, `+0100` or `+01:00`, up to nanoseconds.

    Without an offset in the text it is an error, unless `zone` (`Z`, `+01:00`, `Europe/Berlin`) says which is meant.
    """
    if (match := _FORM.fullmatch(value.strip())) is None:
        raise ValueError(f"'{value[:60]}' is not an ISO 8601 time")
    date, time, fraction, offset = match.groups()
    local = datetime.fromisoformat(text := f"{date}T{time}")
    if (there := _zone(offset or zone, value)) is not UTC:
        try:
            text = _written(local.replace(tzinfo=there).astimezone(UTC), "seconds")[:-1]
        except OverflowError:
            raise ValueError(f"'{value[:60]}' is not in the years 1 to 9999 of UTC") from None
    return f"{text}.{fraction}Z" if fraction else f"{text}Z"


def plus(value: str | int | float, other: int | float | str) -> str | int | float:
    """The sum of two numbers; or the time so many seconds (a number, or text that is one) after a time in RFC 3339."""
    if not isinstance(value, str):
        return number.total(value, _operand(other))
    return _later(value, number.read(other) if isinstance(other, str) else other)


def minus(value: str | int | float, other: int | float | str) -> str | int | float:
    """The difference of two numbers, the seconds between two times in RFC 3339, or the time so many seconds before."""
    if not isinstance(value, str):
        return number.difference(value, _operand(other))
    if not isinstance(other, str):
        return _later(value, -other)
    between = datetime.fromisoformat(iso(value)) - datetime.fromisoformat(iso(other))
    return number.plain(Decimal(between // timedelta(microseconds=1)).scaleb(-6))


def not_before(value: str, start: str) -> str:
    """A time in RFC 3339, refused where it is before another: what ended before it began has no true time."""
    if datetime.fromisoformat(iso(value)) < datetime.fromisoformat(iso(start)):
        raise ValueError(f"{value} is before {start}")
    return value


def _operand(other: int | float | str) -> int | float:
    if not isinstance(other, str):
        return other
    raise ValueError(f"between numbers, '{other[:60]}' is a text")


def _later(value: str, seconds: float) -> str:
    """So many seconds after a time, to the microsecond."""
    moment = datetime.fromisoformat(iso(value)) + timedelta(seconds=seconds)
    return _written(moment, "microseconds" if moment.microsecond else "seconds")


def strptime(value: str, form: Form, zone: Zone = "") -> str:
    """A time in a form of Python's `strptime` (`%d/%b/%Y:%H:%M:%S %z`); `zone` where the form has no `%z`."""
    moment = datetime.strptime(value, form)  # noqa: DTZ007  the zone is in the form, or added below
    moment = moment.astimezone(UTC) if moment.tzinfo else _in_utc(moment, zone, value)
    return _written(moment, "microseconds" if moment.microsecond else "seconds")


def _number(value: int | float | str) -> int | float:
    if isinstance(value, str):
        value = number.read(value)
    return int(value) if value == int(value) else value


@lru_cache(maxsize=1024)
def _minute(minutes: int, unit: str) -> str:
    """The text of a time up to its seconds; kept, because a tool says much in one minute."""
    return _moment(minutes * 60, unit).isoformat()[: len("2024-06-10T06:13:")]


def _moment(seconds: int | float, unit: str) -> datetime:
    moment = datetime.fromtimestamp(seconds, UTC)
    if seconds < _EARLIEST:
        raise ValueError(f"as {unit} since 1970 it would be {moment:%Y-%m-%d}: is the unit right?")
    return moment


def _in_utc(local: datetime, zone: str, value: str) -> datetime:
    return local.replace(tzinfo=_zone(zone, value)).astimezone(UTC)


def _zone(name: str, value: str) -> tzinfo:
    if (there := zone_named(name)) is None:
        raise ValueError(f"'{value[:60]}' does not say its zone")
    return there


def _written(moment: datetime, timespec: str) -> str:
    return moment.isoformat(timespec=timespec)[:-6] + "Z"

"""Filters that reckon with numbers, as they are written: in decimals, so that `1.1` times `1000` is `1100`."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

_CONTEXT = Context(prec=60)
"""Of digits enough that nothing JSON can say, nor its sums and products, is rounded twice."""
_BEYOND = 1 << 63
_WRITTEN = re.compile(r"[+-]?[0-9]+(?P<decimal>\.[0-9]*(?:e[+-]?[0-9]+)?|e[+-]?[0-9]+)?", re.IGNORECASE)


def magnitude(value: int | float) -> int | float:
    """A number without its sign."""
    return abs(value)


def total(value: int | float, other: int | float) -> int | float:
    """The sum of two numbers."""
    return plain(_CONTEXT.add(exact(value), exact(other)))


def difference(value: int | float, other: int | float) -> int | float:
    """What is left of a number without another."""
    return plain(_CONTEXT.subtract(exact(value), exact(other)))


def times(value: int | float, n: int | float) -> int | float:
    """The product of two numbers."""
    return plain(_CONTEXT.multiply(exact(value), exact(n)))


def div(value: int | float, n: int | float) -> int | float:
    """The quotient of two numbers, whole where it comes out even; an error by zero."""
    if n == 0:
        raise ValueError(f"{value} cannot be divided by zero")
    return plain(_CONTEXT.divide(exact(value), exact(n)))


def rounded(value: int | float, digits: int = 0) -> int | float:
    """The number to so many digits (0 to 15) behind the point; a half goes away from zero."""
    if not 0 <= digits <= 15:  # noqa: PLR2004  what a float can hold, as the docstring says
        raise ValueError(f"digits are 0 to 15, not {digits}")
    return plain(exact(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _CONTEXT))


def minutes(value: int | float) -> int | float:
    """Seconds as minutes."""
    return div(value, 60)


def hours(value: int | float) -> int | float:
    """Seconds as hours."""
    return div(value, 3600)


def ms(value: int | float) -> int | float:
    """Seconds as milliseconds."""
    return times(value, 1000)


def whole(value: int | float | str) -> int:
    """A whole number, or text that is one."""
    if type(value) is int:
        return value
    number = read(value) if isinstance(value, str) else value
    if number != int(number) or (isinstance(number, float) and isinstance(value, str)):
        raise ValueError(f"{value} is not a whole number")
    if not -_BEYOND <= number < _BEYOND:
        raise ValueError("is beyond 64 bits")
    return int(number)


def read(text: str) -> int | float:
    """The number that a text is, whole or decimal; raises ValueError for what is none."""
    if (match := _WRITTEN.fullmatch(text.strip())) is None:
        raise ValueError(f"'{text[:60]}' is not a number")
    return float(text) if match["decimal"] else int(text)


def exact(value: int | float) -> Decimal:
    """A number as it is written; raises ValueError for one that is not finite, or beyond 64 bits."""
    return _within(Decimal(str(value)))


def plain(number: Decimal) -> int | float:
    """The number JSON has: whole without a fraction; raises ValueError beyond 64 bits."""
    return int(number) if _within(number) == number.to_integral_value() else float(number)


def _within(number: Decimal) -> Decimal:
    if not number.is_finite():
        raise ValueError(f"{number} is not a finite number")
    if not -_BEYOND <= number < _BEYOND:
        raise ValueError(f"{number.normalize():.6g} is beyond 64 bits")
    return number

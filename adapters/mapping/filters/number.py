"""Filters that reckon with numbers, as they are written: in decimals, so that `1.1` times `1000` is `1100`."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

_CONTEXT = Context(prec=60)
"""Of digits enough that nothing JSON can say, nor its sums and products, is rounded twice."""
_BEYOND = 1 << 63


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

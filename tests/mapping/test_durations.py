"""How long something took: what tools write, what could be two things, and what is reckoned with it."""

from __future__ import annotations

from fractions import Fraction
from math import isfinite

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.failures import Failure
from tests.mapping.support import evaluate

NUMBERS = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=6).map(float)


def seconds(text: object) -> object:
    """What `duration` makes of a text."""
    return evaluate("it | duration", {"it": text})


@pytest.mark.parametrize(
    ("texts", "result"),
    [
        (["0.160", ".16", "0,160", "1.6e-1", "160 ms", "160msec", "PT0.16S", "PT0,16S", "00:00:00.160"], 0.16),
        (["1234.5", "1,234.5", "1.234,5", "1 234,5", "1\u202f234,5", "1'234.5", "1234,5", "1234,500"], 1234.5),
        (
            [
                "94",
                "94.",
                "94.0",
                "94s",
                "1m34s",
                "1 min 34 sec",
                "1 min, 34 secs",
                "1 minute and 34 seconds",
                "PT1M34S",
            ],
            94,
        ),
        (["00:01:34", "0:01:34.000", "01:34,0", " 94 s ", "94000 ms", "94,000.0 ms", "94 s 0 ms"], 94),
        (["1 day, 2:03:04", "1.02:03:04", "1d 2h 3m 4s", "P1DT2H3M4S", "1 Day 2 Hours 3 min 4 sec", "26:03:04"], 93784),
        (["1,234,567", "1.234.567", "1 234 567"], 1234567),
        (["1.0E-4", "100µs", "100μs", "100 us", "100000ns"], 0.0001),
        (["1h0m0s", "1 hr", "60 min", "PT1H", "PT60M", "1:00:00"], 3600),
        (["P1W", "7 days"], 604800),
    ],
)
def test_what_tools_write_is_read(texts: list[str], result: float) -> None:
    """One length of time, however it is written, is one number of seconds, and a whole one is an int."""
    assert [(seconds(text), type(seconds(text))) for text in texts] == [(result, type(result))] * len(texts)


@pytest.mark.parametrize(
    "text",
    [
        "1,234",
        "1,234 ms",
        "12:34",
        "1:34",
        "NaN",
        "nan",
        "inf",
        "Infinity",
        "-1",
        "-1 s",
        "-PT1S",
        "",
        " ",
        ".",
        "1..",
        "1,",
        "e5",
    ]
    + ["P", "PT", "P1DT", "P1M", "P1Y", "1 mo 2 days", "1 yr", "5 sec and counting", "4 s 3 m", "1 m 1 m", "1 m 34"]
    + [
        "1:60:00",
        "00:00:60",
        "1 lightyear",
        "1,23,456.7",
        "01,234,567",
        "1.234,567,8",
        "1e999",
        "9" * 19,
        "1 " * 40,
        "٣",
    ],
)
def test_what_is_none_or_could_be_two_is_refused(text: str) -> None:
    """Never guessed, and never anything but a failure that names the filter."""
    with pytest.raises(Failure, match=r"^duration: "):
        seconds(text)


@given(st.text(st.sampled_from("0123456789.,: '-+ehmsdptunµ and")) | st.text())
def test_any_text_is_seconds_or_refused(text: str) -> None:
    """What is read is finite and not below zero."""
    try:
        found = seconds(text)
    except Failure:
        return
    assert isinstance(found, int | float)
    assert isfinite(found)
    assert found >= 0


@given(st.integers(0, 10**6), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59), st.integers(0, 999))
def test_all_ways_of_writing_agree(days: int, hour: int, minute: int, second: int, milli: int) -> None:
    """Units, clocks, ISO 8601 and a plain number say the same."""
    whole = Fraction(days * 86400 + hour * 3600 + minute * 60 + second) + Fraction(milli, 1000)
    texts = [
        f"{days}d {hour}h {minute}m {second}s {milli}ms",
        f"{days} days, {hour}:{minute:02}:{second:02},{milli:03}",
        f"{days}.{hour:02}:{minute:02}:{second:02}.{milli:03}0000",
        f"P{days}DT{hour}H{minute}M{second}.{milli:03}S",
        f"{whole.numerator * 1000 // whole.denominator}ms",
        f"{float(whole):.4f}",
    ]
    assert {seconds(text) for text in texts} == {float(whole)}


@given(NUMBERS, NUMBERS)
def test_reckoning_is_exact(one: float, other: float) -> None:
    """The nearest number to what decimals make, an int where it is whole; and only a quotient by zero is refused."""
    exact, second = Fraction(str(one)), Fraction(str(other))
    results = {"plus": exact + second, "minus": exact - second, "times": exact * second}
    if second:
        results["div"] = exact / second
    for name, result in results.items():
        found = evaluate(f"one | {name}(other)", {"one": one, "other": other})
        assert found == (int(result) if result.denominator == 1 else float(result))
        assert isinstance(found, int) == (result.denominator == 1)


@given(st.datetimes(), st.integers(-(10**9), 10**9))
def test_a_time_less_another_is_what_lies_between(moment: object, microseconds: int) -> None:
    """Times and seconds go together: later by so much, and less the earlier one, is so much again."""
    scope = {"at": f"{moment:%Y-%m-%dT%H:%M:%S}Z".rjust(20, "0"), "by": microseconds / 10**6}
    try:
        later = evaluate("at | plus(by)", scope)
    except Failure:
        return
    assert evaluate("later | minus(at)", {**scope, "later": later}) == scope["by"]
    assert evaluate("later | minus(by) | minus(at)", {**scope, "later": later}) == 0

"""Times in the forms in which tools write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.failures import Failure
from tests.mapping.support import evaluate

WRITTEN = [
    "2026-05-04T10:11:12Z",
    "2026-05-04 10:11:12 UTC",
    "2026-05-04T10:11:12+00:00",
    "2026-05-04T12:11:12 +0200",
    "2026-05-04T12:11:12+02",
    "2026-05-04T12:11:12+02:00[Europe/Berlin]",
    "2026-05-04T10:11:12Z[UTC]",
    "2026-05-04T12:11:12",
    "2026-5-4 12:11:12",
    "2026/05/04 12:11:12",
    "2026.05.04 12:11:12",
    "20260504T101112Z",
    "20260504 12:11:12",
    "Mon, 04 May 2026 10:11:12 GMT",
    "Mon, 4 May 2026 12:11:12 +0200",
    "4 May 2026 12:11:12",
    "04-May-2026 12:11:12",
    "Monday, 04 May 2026 12:11:12",
    "Mon May  4 12:11:12 2026",
    "Mon May 04 12:11:12 CEST 2026",
    "Mon May 04 10:11:12 UTC 2026",
    "Mon May 04 2026 12:11:12 GMT+0200 (Central European Summer Time)",
    "2026-05-04 12:11:12 +0200 CEST m=+0.004",
    "2026-05-04 10:11:12 +0000 UTC",
    "May 4, 2026 12:11:12 PM",
    "May 4, 2026, 12:11:12\u202fPM",
    "May 4, 2026 at 12:11:12 p.m.",
    "1777889472",
    " 1777889472 ",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_time_is_read_in_every_form_that_is_one(text: str) -> None:
    """With its own offset, or else that of the zone that is said."""
    assert evaluate('it | moment("Europe/Berlin")', {"it": text}) == "2026-05-04T10:11:12Z"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-05-04T10:11:12,5Z", "2026-05-04T10:11:12.5Z"),
        ("2026-05-04 12:11:12.123456789 +0200 CEST m=+1.5", "2026-05-04T10:11:12.123456789Z"),
        ("1777889472.25", "2026-05-04T10:11:12.25Z"),
        ("1777889472123", "2026-05-04T10:11:12.123Z"),
        ("1777889472123456", "2026-05-04T10:11:12.123456Z"),
        ("1777889472123456789", "2026-05-04T10:11:12.123456789Z"),
        ("2026-05-04 12:11", "2026-05-04T10:11:00Z"),
        ("May 4, 2026 12:00:00 AM", "2026-05-03T22:00:00Z"),
        ("2026-10-25T02:30:00 CEST", "2026-10-25T00:30:00Z"),
        ("2026-10-25T02:30:00 CET", "2026-10-25T01:30:00Z"),
    ],
)
def test_a_time_is_as_exact_as_it_is_written(text: str, read: str) -> None:
    """To the nanosecond; an hour that there is twice is told by the name of its zone."""
    assert evaluate('it | moment("Europe/Berlin")', {"it": text}) == read


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "N/A", "NaN", "12", "-1", "9" * 30, "2026-05-04", "10:11:12", "2026-13-01T00:00:00"),
        *("2026-05-04T25:00:00", "0001-01-01T00:00:00", "1970-01-01T00:00:00Z", "0000000000"),
        *("5/4/2026 10:11:12", "04.05.2026 10:11:12", "04 Mai 2026 10:11:12", "May 4, 2026 13:00:00 PM"),
        *("Mon May 04 10:11:12 CET 2026", "Mon May 04 10:11:12 PST 2026", "2026-05-04T10:11:12+99:00"),
    ],
)
def test_what_may_be_another_time_is_none(text: str) -> None:
    """Days and months that may be each other, zones that many have, and what stands for no time at all."""
    with pytest.raises(Failure, match="moment: "):
        evaluate('it | moment("Europe/Berlin")', {"it": text})


def test_a_time_without_a_zone_is_none() -> None:
    """Unless the mapping says which is meant."""
    with pytest.raises(Failure, match="does not say its zone"):
        evaluate("it | moment", {"it": "2026-05-04 10:11:12"})


@given(st.text(max_size=60) | st.from_regex(r"[A-Z][a-z]{2},? [0-9 :/T+-]{1,30}", fullmatch=True))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    """Never another error."""
    try:
        assert evaluate('it | moment("Z")', {"it": text}).endswith("Z")
    except Failure as failure:
        assert str(failure).startswith("moment: ")


@given(st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1)))
def test_forms_of_one_time_agree(time: datetime) -> None:
    """However a standard library writes it."""
    time = time.replace(tzinfo=UTC, microsecond=0)
    forms = (
        "%c",
        "%Y-%m-%d %H:%M:%S %z",
        "%a, %d %b %Y %H:%M:%S GMT",
        "%b %d, %Y %I:%M:%S %p",
        "%a %b %d %H:%M:%S UTC %Y",
    )
    assert {evaluate('it | moment("Z")', {"it": time.strftime(form)}) for form in forms} == {
        f"{time:%Y-%m-%dT%H:%M:%SZ}"
    }


def test_what_is_refused_may_be_missing() -> None:
    """Whichever filter refuses it; what is read or missing stays what it is."""
    assert evaluate('it | duration | or_missing | default("none")', {"it": "NaN"}) == "none"
    assert evaluate('it | lower | duration | or_missing | default("none")', {"it": 7}) == "none"
    assert evaluate('it | duration | or_missing | default("none")', {"it": "2ms"}) == 0.002
    assert evaluate('other | duration | or_missing | default("none")', {"it": 1}) == "none"
    assert evaluate('it | duration | or_missing | plus(1) | default("none")', {"it": "x"}) == "none"

"""What tests have written: noted in their reports, which reach the terminal from any process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

_PROPERTY = "cdevents-adapters"


def note(item: pytest.Item, said: str) -> None:
    """Says on the terminal, when all tests are done, what one of them did."""
    item.user_properties.append((_PROPERTY, said))


def noted(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """What was said, test by test."""
    return (str(said) for report in reports for name, said in report.user_properties if name == _PROPERTY)

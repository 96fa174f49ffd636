"""Which licences of dependencies are allowed, which `make lint` asks of all of them."""

from __future__ import annotations

import pytest

from tools.licences import allowed


@pytest.mark.parametrize(
    "licence",
    [
        "MIT",
        "EPL-2.0 OR GPL-2.0-or-later",
        "GPL-3.0-only OR MIT",
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        "(GPL-2.0-only OR MIT) AND ISC",
    ],
)
def test_a_choice_with_one_that_is_allowed_is(licence: str) -> None:
    """Whoever distributes it chooses between what `OR` joins."""
    assert allowed(licence)


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "AGPL-3.0-only OR GPL-2.0-only", "MIT AND GPL-2.0-only", "not said"]
)
def test_what_is_not_listed_is_not_allowed(licence: str) -> None:
    """Nor is what a package does not say."""
    assert not allowed(licence)

"""Which names rotation gives."""

from __future__ import annotations

import pytest

from adapters.sources.tail.rotation import beginnings, names


@pytest.mark.parametrize(
    ("path", "original", "expected"),
    [
        ("/v/app.log.1", "/v/app.log", True),
        ("/v/app.log-20260301.gz", "/v/app.log", True),
        ("/v/app-2026-03-01.log", "/v/app.log", True),
        ("/v/sshd_log.2026-03-01.gz", "/v/sshd_log", True),
        ("/v/app.log.1.gz", "/v/app.log.1", True),
        ("/v/app.log.2", "/v/app.log.1", False),
        ("/v/build-10.log", "/v/build-1.log", False),
        ("/v/other.log", "/v/app.log", False),
        ("/w/app.log.1", "/v/app.log", False),
    ],
)
def test_names(path: str, original: str, expected: bool) -> None:
    """A rotated file is in the same directory, and its name goes on where the other's ends, after a separator."""
    assert any(each in names(original) for each in beginnings(path)) is expected

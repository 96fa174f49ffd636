"""What holds for all tests."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

PATIENCE = {"real": 1500, "slow": 600}
"""Seconds after which a test hangs, with what it waits for: a real tool may have to be built first."""

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell lets what runs in its background ignore Ctrl-C, and so would all that tests start and end by it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes is the machine's matter, which others use, too.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that hangs fails and says where it stood, instead of holding up all that come after it."""
    for item in items:
        if item.get_closest_marker("timeout") is None:
            seconds = next((PATIENCE[kind] for kind in PATIENCE if item.get_closest_marker(kind)), 120)
            item.add_marker(pytest.mark.timeout(seconds))

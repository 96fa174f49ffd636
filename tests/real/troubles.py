"""What a sidecar may not have after it has heard a real tool."""

from __future__ import annotations

from tests.service import Service


def assert_untroubled(sidecar: Service) -> None:
    """By its own metrics, it met no record that its mappings do not cover, and parked none."""
    metrics = sidecar.metrics()
    troubles = {name: count for name, count in metrics.items() if "unmatched" in name or "dead_letters" in name}
    assert troubles
    assert not any(troubles.values()), troubles

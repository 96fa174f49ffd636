"""What a sidecar may not have after it has heard a real tool."""

from __future__ import annotations

from tests.service import Service


def assert_untroubled(sidecar: Service) -> None:
    """By its own metrics, it met no record that its mappings do not cover, and parked none."""
    _, metrics = sidecar.ask("GET", "/metrics")
    samples = [line.rsplit(" ", 1) for line in metrics.decode().splitlines() if not line.startswith("#")]
    troubles = {name: float(count) for name, count in samples if "unmatched" in name or "dead_letters" in name}
    assert troubles
    assert not any(troubles.values()), troubles

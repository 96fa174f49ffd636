"""Another process is started for a backlog that keeps this one computing, and for nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.aside.backlog import BUSY, GAP, IDLE, Backlog


@dataclass
class Time:
    """What passes, and what of it this process computes."""

    now: float = 100.0
    used: float = 5.0

    def pass_(self, seconds: float, share: float) -> None:
        """So many seconds, and the share of them that is computed."""
        self.now += seconds
        self.used += seconds * share

    @property
    def backlog(self) -> Backlog:
        """One by these clocks."""
        return Backlog(lambda: self.now, lambda: self.used)


def paid(share: float, step: float, seconds: float) -> list[bool]:
    """Whether another process pays, after each of the full batches that come at a pace."""
    backlog, told = (time := Time()).backlog, []
    for _ in range(round(seconds / step)):
        time.pass_(step, share)
        told.append(backlog.pays())
    return told


def test_a_backlog_that_keeps_this_process_computing_pays_after_a_while() -> None:
    """Not for the first batches, which may be all."""
    told = paid(0.9, 0.01, BUSY * 3)
    assert not any(told[: round(BUSY / 0.01) - 1])
    assert any(told)


def test_where_the_sink_is_what_takes_the_time_it_does_not_pay() -> None:
    """However long the backlog is."""
    assert not any(paid(0.3, 0.1, 60))


def test_single_full_batches_are_no_backlog() -> None:
    """Whatever this process computes between them."""
    assert not any(paid(1.0, GAP * 1.5, 60))


def test_it_is_over_when_no_full_batch_has_come_for_a_while() -> None:
    """And there is one again with the next."""
    backlog = (time := Time()).backlog
    backlog.pays()
    time.pass_(IDLE * 0.9, 0)
    assert not backlog.over
    time.pass_(IDLE * 0.2, 0)
    assert backlog.over
    backlog.pays()
    assert not backlog.over

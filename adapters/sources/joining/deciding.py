"""What an event follows, by what was told before it; decided once."""

from __future__ import annotations

from adapters.cdevents.history import (
    BEGINNINGS,
    MERGED,
    MERGES_KEPT,
    ROLLOUTS,
    ROLLOUTS_KEPT,
    Told,
    brought,
    key,
    remembered,
    revision_before,
    rollout_before,
)
from adapters.cdevents.joined import Joined
from adapters.sources.joining.memory import Memory


class Deciding:
    """Decides by what is in a memory, and keeps there what was told and decided."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def hear(self, told: Told) -> None:
        """Remembers a rollout or a merge."""
        if told.key is None or (told.name not in ROLLOUTS and told.name != MERGED):
            return
        most = MERGES_KEPT if told.name == MERGED else ROLLOUTS_KEPT
        self._memory.keep(told.key, remembered(self._memory.of(told.key) or [], told.entry, most))

    def decide(self, told: Told, source: str) -> Joined | None:
        """What is added to an event of a source, which is remembered; None for nothing."""
        if told.name in ROLLOUTS or told.name == MERGED:
            self.hear(told)
            return self._rollout(told) if told.name in ROLLOUTS else None
        return self._incident(told, source)

    def _rollout(self, told: Told) -> Joined | None:
        if told.key is None or not told.entry.revisions:
            return None
        before = revision_before(told.entry, self._memory.of(told.key) or [])
        changes = brought(told, before, self._memory.with_text("merges", told.entry.revisions[0]))
        return Joined(changes=changes) if changes else None

    def _incident(self, told: Told, source: str) -> Joined | None:
        """By what was known when it began: all that is told of it later, and again, is in the same chain."""
        place = key("incidents", source, told.subject)
        if (decided := self._memory.of(place)) is None:
            if told.name not in BEGINNINGS or told.key is None:
                return None
            rollout = rollout_before(told, self._memory.of(told.key) or [])
            decided = [told.entry, rollout] if rollout else [told.entry]
            self._memory.keep(place, decided)
        beginning, *rollouts = decided
        if not rollouts:
            return None
        (rollout,) = rollouts
        return Joined(rollout.chain, rollout.id if beginning.id == told.entry.id else None, rollout.artifact)

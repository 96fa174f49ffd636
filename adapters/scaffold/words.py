"""The words that tools have for how something stands and how it ended. What is in no list here is never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Phase(StrEnum):
    """How far a run has come; the predicate of its event."""

    QUEUED = "queued"
    STARTED = "started"
    FINISHED = "finished"


_OUTCOMES = {
    "success": "success successful successfully succeeded succeed succeeds passed pass passing ok fixed stable green",
    "failure": "failure failed fail fails failing unstable broken ko red still_failing not_passed unsuccessful "
    "rolled_back rolledback",
    "cancel": "cancel canceled cancelled aborted abort stopped killed not_built superseded",
    "error": "error errored timedout timed_out timeout infrastructure_fail system_failure startup_failure exception",
}
OUTCOMES: Mapping[str, str] = {word: outcome for outcome, words in _OUTCOMES.items() for word in words.split()}
"""Outcomes of CDEvents by the words of tools."""

_PHASES = {
    Phase.QUEUED: "queued pending waiting scheduled enqueued created requested",
    Phase.STARTED: "started start running in_progress inprogress building begun begin executing processing",
    Phase.FINISHED: "finished finish completed complete done ended end finalized",
}
PHASES: Mapping[str, Phase] = {
    word: phase for phase, words in _PHASES.items() for word in words.split()
} | dict.fromkeys(OUTCOMES, Phase.FINISHED)
"""How far a run is, by the words of tools; what has an outcome has ended."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def plain(text: str) -> str:
    """A word as it stands in the lists: `Timed-Out` is `timed_out`."""
    return re.sub(r"[\s-]+", "_", text.strip()).lower()


def parts(text: str) -> list[str]:
    """The words in a name: `rollout.done`, `BuildFinished`, `job_failed`."""
    return [part.lower() for part in re.split(r"[^A-Za-z0-9]+", _CAMEL.sub(" ", text)) if part]


def phase(text: str) -> Phase | None:
    """How far something is that is called so, as a whole or by its last word."""
    return PHASES.get(plain(text)) or next((PHASES[each] for each in reversed(parts(text)) if each in PHASES), None)


def outcome(text: str) -> str | None:
    """How something ended that is called so, as a whole or by its last word."""
    return OUTCOMES.get(plain(text)) or next(
        (OUTCOMES[each] for each in reversed(parts(text)) if each in OUTCOMES), None
    )

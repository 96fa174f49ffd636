"""What a shadow has found so far, counted, in a form that a journal can keep."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.route.differences import Comparison, Difference

EXAMPLES = 3
"""How many differences at one path are worth telling; those after them are only counted."""

PATHS = 100
"""How many paths are told apart; what differs elsewhere counts as OTHER."""

OTHER = "(other)"

_INDEX = re.compile(r"\[\d+\]")


@dataclass(slots=True)
class Tally:
    """How often a shadow's verdict was which, and at which paths events differed; indexes count as one path."""

    verdicts: Counter[str] = field(default_factory=Counter)
    paths: Counter[str] = field(default_factory=Counter)

    def add(self, comparison: Comparison) -> list[Difference]:
        """Counts a comparison; gives those of its differences that are worth telling."""
        self.verdicts[comparison.verdict] += 1
        return [each for each in comparison.differences if self._counted(each) <= EXAMPLES]

    def _counted(self, difference: Difference) -> int:
        path = _INDEX.sub("[]", difference.path)
        if path not in self.paths and len(self.paths) >= PATHS:
            path = OTHER
        self.paths[path] += 1
        return self.paths[path]

    def kept(self) -> dict[str, str]:
        """The counts as text, by keys of a journal's checkpoints."""
        kinds = {"verdict": self.verdicts, "path": self.paths}
        return {f"{kind} {name}": str(count) for kind, counts in kinds.items() for name, count in counts.items()}


def tally(kept: Mapping[str, str]) -> Tally:
    """The tally of which a journal has kept the counts."""
    found = Tally()
    for key, count in kept.items():
        kind, _, name = key.partition(" ")
        (found.verdicts if kind == "verdict" else found.paths)[name] = int(count)
    return found


def key(name: str) -> str:
    """What a shadow's counts are kept under among a journal's checkpoints; no source has such a name."""
    return f"shadow {name}"

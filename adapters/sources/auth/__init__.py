"""How a webhook knows its caller."""

from adapters.sources.auth.contract import Guard, Headers, Once, Undecided, Unproven
from adapters.sources.auth.lately import AuthOrNone, guard
from adapters.sources.auth.replays import Replays

__all__ = ["AuthOrNone", "Guard", "Headers", "Once", "Replays", "Undecided", "Unproven", "guard"]

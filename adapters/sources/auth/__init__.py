"""How a webhook knows its caller."""

from adapters.sources.auth.contract import Guard, Headers, Once, Undecided, Unproven
from adapters.sources.auth.replays import Replays
from adapters.sources.auth.settings import Auth, AuthOrNone, guard

__all__ = ["Auth", "AuthOrNone", "Guard", "Headers", "Once", "Replays", "Undecided", "Unproven", "guard"]

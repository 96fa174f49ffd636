"""Goldens: a mapping's own examples, and the truths that hold for all of them together."""

from adapters.goldens.context import Context, context
from adapters.goldens.inputs import Sent, sent
from adapters.goldens.suite import Golden, Suite, check, diff, run, update

__all__ = ["Context", "Golden", "Sent", "Suite", "check", "context", "diff", "run", "sent", "update"]

"""Goldens: a mapping's own examples, and the truths that hold for all of them together."""

from adapters.goldens.context import Context, context
from adapters.goldens.golden import Golden, accept, diff, differences, translated
from adapters.goldens.inputs import Sent, sent, sent_as
from adapters.goldens.suite import Suite, bound, check, clear, run, update, wrongs

__all__ = [
    "Context",
    "Golden",
    "Sent",
    "Suite",
    "accept",
    "bound",
    "check",
    "clear",
    "context",
    "diff",
    "differences",
    "run",
    "sent",
    "sent_as",
    "translated",
    "update",
    "wrongs",
]

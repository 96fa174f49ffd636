"""Goldens: a mapping's own examples, and the truths that hold for all of them together."""

from adapters.goldens.context import Context, context
from adapters.goldens.golden import AnyMapper, Golden, accept, as_expected, diff, differences, spec_of, translated
from adapters.goldens.inputs import Sent, sent, sent_as
from adapters.goldens.suite import Suite, bound, check, clear, run, update, wrongs

__all__ = [
    "AnyMapper",
    "Context",
    "Golden",
    "Sent",
    "Suite",
    "accept",
    "as_expected",
    "bound",
    "check",
    "clear",
    "context",
    "diff",
    "differences",
    "run",
    "sent",
    "sent_as",
    "spec_of",
    "translated",
    "update",
    "wrongs",
]

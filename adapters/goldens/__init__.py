"""Goldens: a mapping's own examples, and the truths that hold for all of them together."""

from adapters.goldens.inputs import Sent, sent
from adapters.goldens.suite import Golden, Suite, check, default_instance, diff, run, update

__all__ = ["Golden", "Sent", "Suite", "check", "default_instance", "diff", "run", "sent", "update"]

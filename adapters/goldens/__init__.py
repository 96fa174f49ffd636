"""Goldens: a mapping's own examples, and the truths that hold for all of them together."""

from adapters.goldens.suite import Golden, Suite, bodies, check, default_instance, diff, run, update

__all__ = ["Golden", "Suite", "bodies", "check", "default_instance", "diff", "run", "update"]

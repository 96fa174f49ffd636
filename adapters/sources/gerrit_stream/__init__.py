"""Gerrit's event stream over SSH, with backfill over HTTP of what happened while nobody listened."""

from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.gerrit_stream.source import GerritStream

__all__ = ["GerritStream", "GerritStreamSettings"]

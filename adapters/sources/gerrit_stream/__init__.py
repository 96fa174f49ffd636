"""Gerrit's event stream over SSH, with backfill over HTTP of what happened while nobody listened."""

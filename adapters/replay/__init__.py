"""Replays history: the same route as the service's, whose log is an archive instead of the journal.

`units` are the pieces of an archive and `archive` puts them in order; `log` is what the route follows; `run` connects
them by a `plan`, and `jobs` spreads them over processes.
"""

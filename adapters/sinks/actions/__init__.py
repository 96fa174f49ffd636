"""Routes that end in an action instead of a broker: a Jenkins job started, a Gerrit change voted on, a call made.

Each acts once for an event's id, but for a crash between acting and noting it: at least once, as everywhere.
"""

"""The journal: the durable log between sources and routes, one SQLite file.

The service uses `Journal`; other processes, such as the command line, open a `Database` beside it and use the functions
of `log`, `deadletters` and `status`.
"""

from adapters.journal.database import Database
from adapters.journal.journal import Journal
from adapters.journal.routelog import RouteLog

__all__ = ["Database", "Journal", "RouteLog"]

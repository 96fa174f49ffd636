"""Rendering a backlog in another process, so that more than one core is used.

`renders` is how a route renders, by its configuration, `plan` is what another process has to know for that; `helper` is
that process, `wire` what goes to and fro; `connection` is this end of it, `aside` starts and ends it.
"""

from adapters.aside.aside import Aside
from adapters.aside.plan import planned
from adapters.aside.renders import rendering

__all__ = ["Aside", "planned", "rendering"]

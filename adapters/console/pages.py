"""The table of pages: to add one is to add a line (the package's docstring has the rest)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from starlette.routing import BaseRoute

from adapters.console import chain, deliveries, flow, live, metrics, playground, problems, records
from adapters.console.console import Console


class Page(NamedTuple):
    """A page by its name in the navigation, the path that leads to it, and what makes all that it serves."""

    name: str
    path: str
    routes: Callable[[Console], Sequence[BaseRoute]]

    def holds(self, path: str) -> bool:
        """Whether a path is this page, or one below it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


PAGES = (
    Page("Flow", "/", flow.routes),
    Page("Live", "/live", live.routes),
    Page("Problems", "/problems", problems.routes),
    Page("Chain", "/chain", chain.routes),
    Page("Deliveries", "/deliveries", deliveries.routes),
    Page("Metrics", "/metrics", metrics.routes),
    Page("Playground", "/playground", playground.routes),
)
"""In the order of the navigation."""

PARTS: Sequence[Callable[[Console], Sequence[BaseRoute]]] = (records.routes,)
"""What pages lead to and has no entry of its own in the navigation."""

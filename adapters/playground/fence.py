"""What the playground may read: a mapping's own folder, and what comes with the package."""

from __future__ import annotations

import os
from pathlib import Path

from adapters.resources import resource
from adapters.roots import Outside, allowed


class Fence:
    """Lets nothing be read but what is in some folders, wherever links among them lead."""

    def __init__(self, *folders: Path) -> None:
        self._folders = [os.path.realpath(folder) for folder in folders]

    def __call__(self, path: Path) -> None:
        """Raises Outside where a path leads out of them."""
        where = os.path.realpath(path)
        if not allowed(where, self._folders):
            raise Outside(str(path), where, "the playground reads nothing but the mapping's own folder")


def around(mapping: Path) -> Fence:
    """What the mapping in a file may be made of."""
    return Fence(mapping.parent, resource("mappings"))

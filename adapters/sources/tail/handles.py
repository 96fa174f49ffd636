"""The files that are open."""

from __future__ import annotations

import os
from collections import OrderedDict

from adapters.roots import Roots
from adapters.sources.tail.content import Content, opened
from adapters.sources.tail.files import Key, Sighting


class Moved(OSError):
    """There is another file at a path than a moment ago."""


class Handles:
    """The files that are open, `limit` at most: those read last. An open file stays readable when it is deleted."""

    def __init__(self, limit: int, roots: Roots) -> None:
        self._limit, self._roots = limit, roots
        self._open: OrderedDict[Key, Content] = OrderedDict()

    def get(self, sighting: Sighting) -> Content:
        """The bytes of a file; raises OSError, Moved and Outside among them."""
        if (content := self.held(sighting.key)) is None:
            content = self._open[sighting.key] = _checked(sighting, self._roots)
            while len(self._open) > self._limit:
                self.drop(next(iter(self._open)))
        return content

    def held(self, key: Key) -> Content | None:
        """The bytes of a file that is open."""
        if content := self._open.get(key):
            self._open.move_to_end(key)
        return content

    def drop(self, key: Key) -> None:
        """Lets go of a file."""
        if content := self._open.pop(key, None):
            content.close()

    def close(self) -> None:
        """Lets go of all."""
        while self._open:
            self.drop(next(iter(self._open)))


def _checked(sighting: Sighting, roots: Roots) -> Content:
    content = opened(sighting.path)
    try:
        seen = os.fstat(content.descriptor)
        if (seen.st_dev, seen.st_ino) != sighting.key:
            raise Moved(f"{sighting.path} was replaced")
        roots.check(content.descriptor, sighting.path)
    except OSError:
        content.close()
        raise
    return content

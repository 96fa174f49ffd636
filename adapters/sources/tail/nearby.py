"""The directories that files may have been moved or copied within, each listed once in a look."""

from __future__ import annotations

import os

from adapters.sources.tail.content import SUFFIX
from adapters.sources.tail.files import Key, Sighting, beside
from adapters.sources.tail.rotation import Index, beginnings, names, unnumbered
from adapters.sources.tail.stream import Stream


class Nearby:
    """What is beside the files of streams; every method raises OSError where that cannot be told."""

    def __init__(self) -> None:
        self._directories: dict[str, tuple[dict[Key, Sighting], Index[Sighting]]] = {}

    def renamed(self, stream: Stream) -> Sighting | None:
        """A stream's file under another name."""
        for directory in _directories(stream):
            if found := self._listed(directory)[0].get(stream.file.key):
                return found
        return None

    def rotations(self, stream: Stream) -> list[Sighting]:
        """The files whose names say that they may be a stream's, put aside; the one written to last first."""
        compressed = stream.path.endswith(SUFFIX)  # which stays so
        found = [
            sighting
            for path in dict.fromkeys((stream.path, stream.origin))
            for sighting in self._listed(os.path.dirname(path))[1].find((*names(path), unnumbered(path)))
            if sighting.path not in (stream.path, stream.origin) and (sighting.compressed or not compressed)
        ]
        return sorted(found, key=lambda each: each.modified, reverse=True)

    def _listed(self, directory: str) -> tuple[dict[Key, Sighting], Index[Sighting]]:
        if directory not in self._directories:
            files = beside(directory)
            index = Index((each, beginnings(each.path)) for each in files.values())
            self._directories[directory] = files, index
        return self._directories[directory]


def _directories(stream: Stream) -> list[str]:
    return [*dict.fromkeys(os.path.dirname(path) for path in (stream.path, stream.origin))]

"""What a store of objects is, and an object in it, read as a file is."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol, cast

from adapters.errors import AdapterError
from adapters.objects.reading import Pieces, Reading

_BLOCK = 1 << 20


class Unusable(AdapterError):
    """A store cannot be used now, or not as it is configured: which, why, and what may help."""


class Broken(Unusable):
    """The connection ended within an object: it can be read on from there."""


class Store(Protocol):
    """Blocks; every method raises Unusable. Where it `grows`, a larger file has what it had before at its beginning."""

    grows: bool

    def listed(self, prefix: str) -> Iterator[Object]:
        """All objects below a folder (all of the store, where that is empty), or the one that has this key."""

    def pieces(self, found: Object, offset: int) -> Iterator[bytes]:
        """The bytes of an object from an offset on, as it was listed; raises OSError where it is not that any more.

        Raises Broken where the connection ends before the object does.
        """

    def close(self) -> None:
        """Ends what is connected."""


@dataclass(frozen=True, slots=True)
class Object:
    """One object as it was listed: a whole name, such as `s3://bucket/key`, and what tells it from a later one."""

    store: Store
    root: str
    key: str
    size: int
    version: str
    modified: datetime

    def __str__(self) -> str:
        return f"{self.root}/{self.key}"

    @property
    def suffix(self) -> str:
        """As that of a path."""
        return PurePosixPath(self.key).suffix

    @property
    def stem(self) -> str:
        """As that of a path."""
        return PurePosixPath(self.key).stem

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """Its bytes, of which a few MiB are in memory at a time; reading raises as `Store.pieces` does."""
        pieces: Pieces = lambda offset: self.store.pieces(self, offset)  # noqa: E731 - it has a type so
        with io.BufferedReader(Reading(pieces, self.size, Broken), _BLOCK) as file:
            yield cast("BinaryIO", file)

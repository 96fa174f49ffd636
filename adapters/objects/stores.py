"""The stores that addresses are in, each opened once, by the library for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from adapters.extras import need
from adapters.late import late
from adapters.objects.address import Address
from adapters.objects.contract import Object, Store
from adapters.objects.folder import Folder

FILES = "file://"
"""The store that is this machine."""

_cloud = late("adapters.objects.cloud", "Cloud")
_sftp = late("adapters.objects.sftp", "Sftp")


class Stores:
    """`options` are those of the library, beside what the environment says: credentials, an endpoint, a region."""

    def __init__(self, options: Mapping[str, str] | None = None) -> None:
        self._options = options or {}
        self._open: dict[str, Store] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def listed(self, address: Address) -> Iterator[Object]:
        """The objects that an address means; raises Unusable, or ConfigError where the library is not installed."""
        return (found for found in self._store(address.root).listed(address.prefix) if address.holds(found.key))

    def close(self) -> None:
        """Ends what is connected."""
        self._stack.close()
        self._open.clear()

    def _store(self, root: str) -> Store:
        if root not in self._open:
            needed(Address(root, ""))
            store: Store = Folder() if root == FILES else (_sftp if _is_sftp(root) else _cloud)(root, self._options)
            self._stack.callback(store.close)
            self._open[root] = store
        return self._open[root]


def needed(address: Address) -> None:
    """Raises ConfigError where the library for an address is not installed."""
    if address.root != FILES:
        need("objects", "asyncssh" if _is_sftp(address.root) else "obstore")


def _is_sftp(root: str) -> bool:
    return root.startswith("sftp:")

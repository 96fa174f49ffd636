"""The `$names` of a mapping, those of `let` made when they are first asked for: they may stand in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from adapters.mapping.failures import Unknown
from adapters.mapping.scope import Closure


class Definitions(Mapping[str, Closure]):
    """Closures by name: those that are given, and those of some `lets`, which `make` compiles.

    To look up a name that is being made raises Unknown, which names the circle.
    """

    def __init__(self, given: Mapping[str, Closure], lets: Iterable[str], make: Callable[[str], Closure]) -> None:
        self._made = dict(given)
        self._lets = dict.fromkeys(lets)
        self._make = make
        self._making: list[str] = []

    def make_all(self) -> None:
        """Makes those that nothing has asked for yet: what is wrong with one is told even so."""
        for name in self._lets:
            self[name]

    def __getitem__(self, name: str) -> Closure:
        if name in self._made or name not in self._lets:
            return self._made[name]
        if name in self._making:
            circle = " → ".join(f"${each}" for each in (*self._making[self._making.index(name) :], name))
            raise Unknown(f"${name} is made of itself: {circle}")
        self._making.append(name)
        self._made[name] = self._make(name)
        self._making.pop()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._made, **self._lets})

    def __len__(self) -> int:
        return len({**self._made, **self._lets})

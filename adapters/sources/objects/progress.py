"""How far an object is read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import orjson

from adapters.objects import Object
from adapters.reading.lines import Place


@dataclass(frozen=True, slots=True)
class Progress:
    """A version of an object, its size, and the place from which it is read on; `whole` when all of that was read."""

    version: str
    size: int
    place: Place = field(default_factory=Place)
    whole: bool = False

    @classmethod
    def loads(cls, text: str) -> Progress:
        """What `dumps` wrote; raises ValueError for anything else."""
        try:
            version, size, offset, line, whole = orjson.loads(text)
        except TypeError:
            raise ValueError("it is none of an object") from None
        return cls(version, size, Place(offset, line), whole)

    def dumps(self) -> str:
        """As text."""
        return orjson.dumps([self.version, self.size, *self.place, self.whole]).decode()

    def at(self, found: Object, *, goes_on: bool) -> Progress:
        """The same, of an object as it is now: from its beginning where it is another one, and does not go on."""
        if found.version == self.version:
            return self
        place = self.place if goes_on and found.size >= self.size else Place()
        return replace(self, version=found.version, size=found.size, place=place, whole=False)

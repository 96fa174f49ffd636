"""What the playground is given to try a mapping on: an example of it, or a record of the journal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Protocol

from starlette.exceptions import HTTPException

from adapters.config import Config
from adapters.console.console import Console
from adapters.journal import deadletters, log
from adapters.mapping import library
from adapters.model import Notification
from adapters.playground.attempt import Given
from adapters.playground.folder import Folder

LATELY, LOOKED_AT = 20, 500
"""How many dead letters, and how many records of the journal, are offered, and looked at for that."""


@dataclass(frozen=True, slots=True)
class Input:
    """What a tool sent, by the name that a file of it has; `source` heard it at a time, if one did."""

    name: str = "pasted.json"
    content: str = ""
    source: str = ""
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """An input that may be chosen: what it is of, its value in a form, and how it is called."""

    kind: str
    value: str
    label: str


class Origin(Protocol):
    """Where mappings and records come from."""

    @property
    def folders(self) -> Mapping[str, Folder]:
        """The mappings that there are, by their names, the first one first."""

    def offers(self, mapping: str) -> list[Offer]:
        """The records that a mapping may be tried on."""

    def record(self, seq: int) -> tuple[str, Input]:
        """The mapping of a record, and the record. Raises HTTPException where there is none."""

    def given(self, source: str, heard: str) -> Given | None:
        """What a source says of a notification that it heard at a time. Raises HTTPException for what is no time."""


@dataclass(frozen=True, slots=True)
class Alone:
    """A mapping's folder, and nothing else."""

    folders: Mapping[str, Folder]

    def offers(self, mapping: str) -> list[Offer]:
        """None."""
        del mapping
        return []

    def record(self, seq: int) -> tuple[str, Input]:
        """Raises HTTPException: there is no journal."""
        raise HTTPException(404, f"There is no journal with a record {seq} here.")

    def given(self, source: str, heard: str) -> Given | None:
        """Nothing."""
        del source, heard
        return None


@dataclass(frozen=True, slots=True)
class Journalled:
    """The mappings of a configuration, those that are shipped, and what its journal holds."""

    console: Console
    folders: Mapping[str, Folder] = field(init=False)

    def __post_init__(self) -> None:
        routes = (route.mapping for route in self.console.settings.routes.values() if route.mapping is not None)
        shipped = (*library.shipped(), *library.shipped(library.EXPORT))
        named = dict.fromkeys((*_mappings(self.console.settings).values(), *routes, *shipped))
        folders = {name: Folder(name, library.either(name)) for name in named}
        object.__setattr__(self, "folders", folders)

    def offers(self, mapping: str) -> list[Offer]:
        """The latest dead letters and records of the sources that have a mapping."""
        sources = {source for source, name in _mappings(self.console.settings).items() if name == mapping}
        with self.console.journal() as journal:
            found = {
                "Dead letters": deadletters.numbers(journal, LOOKED_AT),
                "Heard lately": log.numbers(journal, LOOKED_AT),
            }
        return [
            Offer(kind, f"record:{seq}", f"{seq} of {source}")
            for kind, numbers in found.items()
            for seq, source in islice((each for each in numbers if each[1] in sources), LATELY)
        ]

    def record(self, seq: int) -> tuple[str, Input]:
        """As it is in the journal, without secrets."""
        with self.console.journal() as journal:
            found = log.record(journal, seq)
        if found is None:
            raise HTTPException(404, f"The journal has no record {seq}, or not any more.")
        heard = found.notification
        if (mapping := _mappings(self.console.settings).get(heard.source)) is None:
            raise HTTPException(404, f"Record {seq} is of the source '{heard.source}', which has no mapping.")
        content = self.console.redact(_request(self.console.bare(heard)))
        return mapping, Input(f"record-{seq}.http", content, heard.source, heard.received_at.isoformat())

    def given(self, source: str, heard: str) -> Given | None:
        """As it is configured now."""
        if (settings := self.console.settings.sources.get(source)) is None:
            return None
        try:
            at = datetime.fromisoformat(heard)
            return Given(instance=settings.instance, variables=settings.variables, received_at=at)
        except ValueError:
            raise HTTPException(400, f"'{heard}' is no time with a zone at which it was heard.") from None


def _mappings(settings: Config) -> dict[str, str]:
    """The mapping of each source that has one."""
    return {name: str(source.mapping) for name, source in settings.sources.items() if source.mapping is not None}


def _request(heard: Notification) -> str:
    """A notification as a file `.http` has it: a whole request."""
    headers = "".join(f"{name}: {' '.join(value.split())}\n" for name, value in heard.headers.items())
    return f"POST / HTTP/1.1\n{headers}\n{heard.body.decode('utf-8', 'replace')}"

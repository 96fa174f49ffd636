"""What somebody looks for: an id, a name, a number, a URL or an image, as it is at hand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from adapters.cdevents.artifacts import artifact, digest
from adapters.lineage.event import Event
from adapters.mapping.filters.purl import tag_purl

_NUMBER = re.compile(r"(?<![0-9A-Za-z])[0-9]+\Z")


@dataclass(frozen=True)
class Wanted:
    """An event's id, a subject or its URL, a chain, a service, a commit, a change's number or URL, or an artifact.

    That is its package URL, an image as it is written, or a digest.
    """

    text: str

    @cached_property
    def packages(self) -> frozenset[str]:
        """The package URLs that it may be, without qualifiers."""
        tagged = tag_purl(self.text)
        return frozenset(filter(None, (artifact(self.text), artifact(tagged if isinstance(tagged, str) else None))))

    @cached_property
    def digest(self) -> str | None:
        """The digest that it is or ends with."""
        return digest(f"@{self.text.partition('?')[0]}")

    @cached_property
    def number(self) -> str | None:
        """The number that it is or ends with: of a change, or of its URL."""
        return _number(self.text)

    def names(self) -> Iterator[str]:
        """Texts of which one is in a column of whatever it is, but for the number of a change."""
        yield from dict.fromkeys(filter(None, (self.text, *self.packages, self.digest)))
        parts = self.text.split("/")
        for start in range(3, len(parts)) if "://" in self.text else ():  # a subject is what follows the tool's URL
            yield "/".join(parts[start:])
            yield "/" + "/".join(parts[start:])

    def is_of(self, event: Event) -> bool:
        """Whether an event is about it."""
        if self.text in (event.id, event.subject, event.chain, event.service, event.url):
            return True
        if self.text in event.parents or self.text in event.artifacts or self.text in event.told.entry.revisions:
            return True
        if "://" in self.text and self.text == _url(event):
            return True
        if self.text == self.number and event.kind == "change" and self.text == _number(event.subject):
            return True
        return any(each in self.packages or (self.digest and digest(each) == self.digest) for each in event.artifacts)


def _number(text: str) -> str | None:
    """`4711` of `team%2Fapp~4711`."""
    found = _NUMBER.search(text)
    return found[0] if found else None


def _url(event: Event) -> str:
    return f"{event.source.rstrip('/')}/{event.subject.lstrip('/')}"

"""What is in a document, and what each of its fields looks like: by its name, and by all values that it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.mapping.syntax import written

Steps = tuple[str, ...]
Fields = Mapping[Steps, Any]
"""The texts, numbers and truths of a document, by the steps that lead to them."""

DEEPEST, MOST = 8, 2000
"""Levels that are looked into, and fields that are looked at: what tells of a run is not beyond them."""

_STRANGE = re.compile(r"[\"'\\{}$]")
_RUNS = re.compile(
    "build|run|pipeline|workflow|job|execution|deployment|rollout|task|object|attributes|release|stage|step|item"
)
_OTHERS = re.compile(
    "user|sender|author|owner|actor|account|org|organi[sz]ation|repo|repository|project|pusher|committer|commit|head|base|"
    "avatar|member|group|installation|enterprise|event|delivery|request|message|trace|webhook|hook|creator"
)


def fields(document: Any) -> Fields:
    """The fields of a document, through objects only. Names that a mapping had to escape are passed over."""
    found: dict[Steps, Any] = {}
    for steps, value in _walked(document, ()):
        if len(found) == MOST:
            break
        found[steps] = value
    return found


def _walked(value: Any, at: Steps) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict) and len(at) < DEEPEST:
        for key, member in value.items():
            if key and key.isprintable() and not _STRANGE.search(key):
                yield from _walked(member, (*at, key))
    elif at and isinstance(value, str | int | float):
        yield at, value


@dataclass(frozen=True, slots=True)
class Field:
    """A field that all documents of a kind have, as a mapping reads it: its path, and the filters behind it.

    It is `meant` where what it is in is called as the kind of documents is.
    """

    steps: Steps
    values: Sequence[Any]
    filters: str = ""
    meant: bool = False

    @property
    def path(self) -> str:
        """As it is written where an expression may stand."""
        return written(self.steps)

    @property
    def expression(self) -> str:
        """With its filters."""
        return self.path + self.filters

    @property
    def text(self) -> str:
        """As it is written where the value has to be text."""
        return self.template if all(isinstance(value, str) for value in self.values) else f"${{{self.path} | string}}"

    @property
    def template(self) -> str:
        """As it is written where text may stand."""
        return f"${{{self.expression}}}"


def common(documents: Sequence[Fields], kind: Sequence[str] = ()) -> list[Field]:
    """The fields that all documents have, in the order of the first, none empty; `kind` are the words of the kind."""
    first, *others = documents
    steps = [each for each in first if all(each in other for other in others)]
    found = (Field(each, [document[each] for document in documents], meant=is_meant(each, kind)) for each in steps)
    return [each for each in found if all(value != "" for value in each.values)]


def is_meant(steps: Steps, kind: Sequence[str]) -> bool:
    """Whether what a field is in is called as a kind is, by one of its words."""
    return bool({word for step in steps[:-1] for word in _around(step)} & {*kind})


def _around(step: str) -> list[str]:
    return [word.lower() for word in re.split(r"[_-]", step)]


def standing(field: Field) -> int:
    """How near a field is to what a notification is about, by the names around it: the higher, the nearer."""
    around = [word for step in field.steps[:-1] for word in _around(step)]
    near, aside = (any(map(names.fullmatch, around)) for names in (_RUNS, _OTHERS))
    return 4 * near + 4 * field.meant - 8 * aside - len(field.steps)


def best(fields: Iterable[Field], *ranks: Callable[[Field], bool]) -> Field | None:
    """The field that is of one of these kinds, of the first above all, and the nearest; None where there is none."""
    scored = []
    for field in fields:
        rank = next((rank for rank, holds in enumerate(ranks) if holds(field)), None)
        if rank is not None and (score := standing(field) - 3 * rank) > _WORTHLESS:
            scored.append((score, field))
    return max(scored, key=lambda found: found[0])[1] if scored else None


_WORTHLESS = -14

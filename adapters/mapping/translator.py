"""A compiled mapping at work: one notification in, CDEvents out; or one CDEvent in, messages of another tool out.

Pure: no clock, no I/O, no memory.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from adapters.errors import MappingError
from adapters.mapping.choice import Choice
from adapters.mapping.conditions import Condition
from adapters.mapping.dropping import NONE, Drop
from adapters.mapping.failures import Absent, Failure
from adapters.mapping.framing import EACH_LINE, Framing
from adapters.mapping.inputs import Decoder
from adapters.mapping.scope import Closure, Scope, each_of, scope
from adapters.model import LOOKED_UP, CDEvent, Notification


class Named(Protocol):
    """What a rule makes: it has a name, and an id."""

    @property
    def name(self) -> str: ...  # noqa: D102 - said above

    @property
    def id(self) -> str: ...  # noqa: D102 - said above


Made = TypeVar("Made", bound=Named)

Splitter = Callable[[Scope], Iterable[Scope]]
"""Makes many scopes of one."""


MOST_ERRORS = 20
"""How many of a notification's errors are told one by one."""


class Outcome(NamedTuple, Generic[Made]):
    """What became of a notification: its events, and how many of its records were ignored, unmatched or in error."""

    events: tuple[Made, ...] = ()
    ignored: int = 0
    unmatched: int = 0
    errors: tuple[str, ...] = ()


Translation = Outcome[CDEvent]


@dataclass(frozen=True, slots=True)
class Rule(Generic[Made]):
    """One compiled rule: when it fires, over which scopes, and the event it builds from each, of one of some types."""

    name: str
    where: str
    when: Condition
    split: Splitter
    build: Callable[[Scope], Made]
    emits: frozenset[str] = frozenset()

    def fire(self, scope: Scope) -> Iterable[Made | Failure]:
        """The rule's events, one after the other; in place of one of which a value is missing or unusable, why."""
        if self.split is not whole:
            return self._each(scope)
        try:
            return (self.build(scope),)
        except Failure as failure:
            return (failure,)

    def _each(self, scope: Scope) -> Iterator[Made | Failure]:
        try:
            for each in self.split(scope):
                try:
                    yield self.build(each)
                except Failure as failure:
                    yield failure
        except Failure as failure:
            yield failure


@dataclass(frozen=True, slots=True)
class Ignore:
    """One compiled entry of `ignore`."""

    where: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Mapper(Generic[Made]):
    """A mapping bound to one tool instance, or to where its messages go.

    `name` is the mapping's (`jenkins/notification`), `path` its file; `headers` are those it reads, in lower case.
    `carried` passes on what a record carries, in place of all rules. `image` gives the package URL of the image that a
    record is about, or several, if the mapping says it. `framing` tells which lines of a log are one record; `headed`,
    that the first one of a notification names the columns of the others. `drop` leaves out what must not be kept; its
    source does so, before it is. `emits` are the types that it may make, as it is set. One that `picks` makes nothing
    of most records, on purpose: they are not unmatched.
    """

    name: str
    path: Path
    instance: str
    headers: frozenset[str]
    decode: Decoder
    split: Splitter
    ignores: Choice[Ignore]
    rules: Choice[Rule[Made]]
    carried: Rule[Made] | None = None
    image: Closure | None = None
    framing: Framing = EACH_LINE
    drop: Drop = NONE
    headed: bool = False
    emits: frozenset[str] = frozenset()
    picks: bool = False

    def translate(self, notification: Notification) -> Outcome[Made]:
        """The notification's events; one record's failure is in `errors` and does not stop the others.

        Raises MappingError when nothing of it can be read.
        """
        (whole,) = self.stream(notification, sys.maxsize)
        return whole

    def stream(self, notification: Notification, size: int) -> Iterator[Outcome[Made]]:
        """The same in pieces of `size` events, made as they are asked for; the last has all that is not an event."""
        events: list[Made] = []
        errors: list[str] = []
        ignored = unmatched = 0
        for record in self.records(notification):
            try:
                fired = None if self.ignores.any(record) else self._firing(record)
            except Failure as failure:
                errors.append(_sentence(failure, self._undecided(record)))
                continue
            if fired is None:
                ignored += 1
                continue
            unmatched += not (fired or self.picks)
            for rule in fired:
                for made in rule.fire(record):
                    if isinstance(made, Failure):
                        errors.append(_sentence(made, rule.where, f"rule {rule.name}: "))
                        continue
                    events.append(made)
                    if len(events) == size:
                        yield Outcome(tuple(events))
                        events.clear()
        yield Outcome(tuple(events), ignored, unmatched, _told(errors) if errors else ())

    def records(self, notification: Notification) -> Iterator[Scope]:
        """The scopes of a notification's records; raises MappingError when it cannot be decoded or split."""
        for document in self._documents(notification):
            try:
                yield from self.split(scope(document, notification))
            except Failure as failure:
                raise MappingError(_sentence(failure, self.name)) from None

    def covers(self, record: Scope) -> bool:
        """Whether a record is ignored, or a rule fires of it; raises Failure where that cannot be said."""
        return self.ignores.any(record) or bool(self._firing(record))

    def _firing(self, record: Scope) -> Sequence[Rule[Made]]:
        """The rules that fire of a record: what passes on that which it carries, or those of the mapping."""
        if self.carried is not None and self.carried.when.holds(record):
            return (self.carried,)
        return self.rules.holding(record)

    def images(self, notification: Notification) -> set[str]:
        """The package URLs of the images that its records are about, as far as it can be read: to look them up.

        `$images` is then an empty object, by which an `ignore` may know it.
        """
        if (image := self.image) is None:
            return set()
        unknown = notification._replace(headers={**notification.headers, LOOKED_UP: "{}"})
        try:
            return {found for record in self.records(unknown) for found in self._images(image, record)}
        except MappingError:
            return set()

    def undecodable(self, notification: Notification) -> str | None:
        """Why the notification cannot be decoded, or None when it can."""
        try:
            self._documents(notification)
        except MappingError as error:
            return str(error)
        return None

    def _images(self, image: Closure, record: Scope) -> list[str]:
        try:
            found = None if self.ignores.any(record) else image(record)
        except Failure:
            return []
        return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)]

    def _documents(self, notification: Notification) -> list[Any]:
        try:
            return self.decode(notification.body)
        except ValueError as error:
            raise MappingError(f"the body {error}") from None

    def _undecided(self, record: Scope) -> str:
        """The place of the first condition that a record makes impossible to decide."""
        parts: Sequence[Ignore | Rule[Made]] = (*self.ignores.all, *self.rules.all)
        for part in parts:
            try:
                part.when.holds(record)
            except Failure:
                return part.where
        return self.name


Translator = Mapper[CDEvent]
"""What makes CDEvents of what a tool says."""


def _told(errors: Sequence[str]) -> tuple[str, ...]:
    """The first of what is wrong, and how much more there is: a dead letter is for people to read."""
    more = len(errors) - MOST_ERRORS
    return (*errors[:MOST_ERRORS], f"and {more} more errors") if more > 0 else tuple(errors)


def _sentence(failure: Failure, where: str, prefix: str = "") -> str:
    return f"{failure.where or where}: {prefix}{failure}"


def splitter(each: Closure, name: str, where: str, *, required: bool, optional: bool) -> Splitter:
    """Yields the scope once for each item of a list, or member of an object, with the item under `name`."""

    def split(scope: Scope) -> Iterator[Scope]:
        found = each(scope)
        if type(found) is Absent:
            if optional:
                yield scope
            elif required:
                raise Failure(f"nothing to split: {found.reason}", where)
            return
        yield from each_of(scope, name, found, where)

    return split


def chosen(split: Splitter, when: Condition) -> Splitter:
    """Yields those of the scopes of which a condition holds."""
    return lambda scope: filter(when.holds, split(scope))


def whole(scope: Scope) -> Sequence[Scope]:
    """The scope itself: nothing is split."""
    return (scope,)

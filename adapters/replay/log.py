"""An archive as a route follows it, in place of the journal, with a checkpoint of its own."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice
from pathlib import Path
from typing import NamedTuple

import orjson

from adapters import private
from adapters.errors import ConfigError, JournalUnavailable, Problem
from adapters.model import Record
from adapters.reading.lines import Place
from adapters.reading.units import Unit, version
from adapters.sources.redaction.redactor import Redact

SAVE_EVERY = 1.0
"""Seconds between two savings of the checkpoint: what an interruption may make it publish again."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a replay is: a unit, by its name, a place in it, and what was counted until there.

    `done` is what was replayed to its end, as a digest; of a replay that was interrupted it is empty. `version` is that
    of an object.
    """

    unit: str
    place: Place
    records: int
    parked: int
    done: str = ""
    version: str = ""


@dataclass(slots=True)
class State:
    """A replay's files: its checkpoint, its dead letters as JSON Lines, and which objects it has passed."""

    path: Path

    @property
    def dead_letters(self) -> Path:
        """Where what was parked is, with its reasons."""
        return self.path.with_suffix(".dead-letters.jsonl")

    def load(self) -> Checkpoint | None:
        """The checkpoint of a replay, None when there is none. Raises ConfigError for a broken file."""
        try:
            found = orjson.loads(self.path.read_bytes())
            place = Place(found["offset"], found["line"])
            more = (found.get("done", ""), found.get("version", ""))
            return Checkpoint(found["unit"], place, found["records"], found["parked"], *more)
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError):
            raise ConfigError([Problem(str(self.path), "is not a replay's checkpoint", "delete it")]) from None

    def save(self, checkpoint: Checkpoint) -> None:
        """Writes the checkpoint: whole, or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".new")
        told = {name: getattr(checkpoint, name) for name in ("unit", "records", "parked", "done", "version")}
        private.made(new).write_bytes(orjson.dumps({**told, **checkpoint.place._asdict()}))
        new.replace(self.path)

    def park(self, where: str, reason: str, body: bytes) -> None:
        """Adds a dead letter."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        letter = {"where": where, "reason": reason, "body": body.decode("utf-8", "replace")}
        with private.made(self.dead_letters).open("ab") as file:
            file.write(orjson.dumps(letter, option=orjson.OPT_APPEND_NEWLINE))

    def passed(self) -> set[str]:
        """The tokens of the objects that it has passed."""
        try:
            return set(self._passed.read_text(encoding="ascii").split("\n"))
        except FileNotFoundError:
            return set()

    def add(self, tokens: Sequence[str]) -> None:
        """Notes that these objects are passed."""
        if tokens:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with private.made(self._passed).open("a", encoding="ascii") as file:
                file.writelines(f"{each}\n" for each in tokens)

    @property
    def _passed(self) -> Path:
        return self.path.with_suffix(".passed")

    def forget(self, *, dead_letters: bool, passed: bool) -> None:
        """Deletes the checkpoint, and the dead letters and what it has passed too if wanted."""
        self.path.unlink(missing_ok=True)
        if passed:
            self._passed.unlink(missing_ok=True)
        if dead_letters:
            self.dead_letters.unlink(missing_ok=True)


class _Ahead(NamedTuple):
    """A record that was read and not yet passed, the unit it is of, its line, and the place after it."""

    record: Record
    unit: int
    line: int
    after: Place


@dataclass
class ArchiveLog:
    """The units of an archive as a log: it does not grow, and what a route parks goes to a file.

    `token` names an object in the notes of what is passed, and is empty for anything else, which is passed in order.
    `redact` leaves out what must not be published. `rate` is the most records a second, 0 for no limit. `done`,
    `records` and `parked` say how far it is.
    """

    units: Sequence[Unit]
    source: str
    state: State
    redact: Redact = field(default=lambda notification: notification)
    token: Callable[[Unit], str] = field(default=lambda unit: "")  # noqa: ARG005  of any
    rate: float = 0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[object]] | None = None
    records: int = 0
    parked: int = 0
    careful: int = 0
    _ahead: deque[_Ahead] = field(default_factory=deque)
    _torn: set[int] = field(default_factory=set)
    _passed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._started = self._saved = self.clock()
        self._unit, self._found = 0, Checkpoint("", Place(), 0, 0)
        if found := self.state.load():
            self._resume(found)
        self._place = self._start(self._unit) if self.units else Place()
        self._before = self.records
        self._items = self._read()
        self._sizes = [*accumulate((unit.size for unit in self.units), initial=0)]

    @property
    def total(self) -> int:
        """The size of all units."""
        return self._sizes[-1]

    @property
    def done(self) -> int:
        """How much of `total` is passed."""
        begin = getattr(self.units[self._unit], "begin", 0) if self._unit < len(self.units) else 0
        return self._sizes[self._unit] + max(0, self._place.offset - begin)

    async def read(self, limit: int) -> Sequence[Record]:
        """Up to `limit` records that were not read before, in order."""
        fresh = list(islice(self._items, limit))
        self._ahead.extend(fresh)
        if self.rate and self.sleep is not None:
            due = self._started + (self.records - self._before) / self.rate
            await self.sleep(max(0.0, due - self.clock()))
        return [ahead.record for ahead in fresh]

    async def rewind(self) -> None:
        """An archive is read once: nobody takes anything back of it."""

    async def wait(self) -> None:
        """Returns at once: an archive does not grow."""

    async def advance(self, seq: int) -> None:
        """Passes a record and all before it; saves the checkpoint now and then."""
        while self._ahead and self._ahead[0].record.seq <= seq:
            passed = self._ahead.popleft()
            self._passed += self._tokens(self._unit, passed.unit)
            self._unit, self._place = passed.unit, passed.after
            self.records += 1
        if self.clock() - self._saved >= SAVE_EVERY:
            self.save()

    def taken(self) -> frozenset[bytes]:
        """None: a replay goes on from its checkpoint."""
        return frozenset()

    def note(self, seq: int, mark: bytes) -> None:
        """Nothing, for the same reason."""

    async def park(self, seq: int, reason: str) -> None:
        """Writes a record that is not passed to the dead letters, with its file and line."""
        letter = next(ahead for ahead in self._ahead if ahead.record.seq == seq)
        try:
            self.state.park(self.units[letter.unit].where(letter.line), reason, letter.record.notification.body)
        except OSError as error:
            raise JournalUnavailable(f"{self.state.dead_letters}: {error.strerror}; free the disk") from error
        self.parked += 1

    async def due(self, limit: int) -> Sequence[Record]:  # noqa: ARG002  the contract's
        """Nothing: the dead letters of a replay are tried again by replaying them."""
        return ()

    async def resolve(self, seq: int) -> None:
        """Nothing: no dead letter is ever due."""

    async def outage(self, reason: str | None) -> None:
        """Nothing: who replays sees it in the log."""

    async def begun(self, seq: int) -> int:  # noqa: ARG002  the contract's
        """1: who replays sees which record ends it, and starts it again or not."""
        return 1

    async def over(self, seq: int) -> int:  # noqa: ARG002  the contract's
        """0: nothing was noted."""
        return 0

    def save(self) -> None:
        """Saves the checkpoint. Raises JournalUnavailable when it cannot."""
        if self._unit < len(self.units):
            unit = self.units[self._unit]
            self._save(Checkpoint(unit.name, self._place, self.records, self.parked, version=version(unit)))

    def finish(self, done: str) -> None:
        """Saves that all was replayed of what has this digest. Raises JournalUnavailable when it cannot."""
        self._passed += self._tokens(self._unit, len(self.units))
        self._save(Checkpoint("", Place(), self.records, self.parked, done))

    def _save(self, checkpoint: Checkpoint) -> None:
        try:
            self.state.add(self._passed)
            self._passed.clear()
            self.state.save(checkpoint)
        except OSError as error:
            raise JournalUnavailable(f"{self.state.path}: {error.strerror}; free the disk") from error
        self._saved = self.clock()

    def _resume(self, found: Checkpoint) -> None:
        """Goes on in a unit; objects before it that are still there are new, and it may be another now."""
        names = [unit.name for unit in self.units]
        if not found.version and found.unit not in names:
            message = f"goes on in {found.unit}, which is not in the archive any more"
            raise ConfigError([Problem(str(self.state.path), message, "start over with --fresh")])
        self._unit, self._found = 0 if found.version else names.index(found.unit), found
        self.records, self.parked = found.records, found.parked

    def _start(self, index: int) -> Place:
        unit, found = self.units[index], self._found
        return found.place if (unit.name, version(unit)) == (found.unit, found.version) else Place()

    def _tokens(self, begin: int, end: int) -> list[str]:
        """Of the objects among some units, which were read to their ends."""
        whole = (self.units[index] for index in range(begin, end) if index not in self._torn)
        return list(filter(None, map(self.token, whole)))

    def _read(self) -> Iterator[_Ahead]:
        seq = self.records
        for index in range(self._unit, len(self.units)):
            try:
                for item in self.units[index].read(self.source, self._start(index)):
                    seq += 1
                    yield _Ahead(Record(seq, self.redact(item.notification)), index, item.line, item.after)
            except (OSError, EOFError, ValueError) as error:
                self._torn.add(index)
                self._give_up(self.units[index], error)

    def _give_up(self, unit: Unit, error: Exception) -> None:
        """A file that cannot be read to its end is a dead letter too; the archive goes on behind it."""
        self.state.park(unit.name, f"cannot be read further: {error}", b"")
        self.parked += 1

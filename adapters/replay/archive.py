"""What is replayed: the units that the user's inputs name, in one order, and a shard's share of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from adapters.errors import ConfigError, Problem
from adapters.mapping import EACH_LINE, Framing
from adapters.objects import SCHEMES, Address, Object, Stores, is_address
from adapters.reading.lines import Place
from adapters.reading.units import Kept, Lines, Unit, divisible, of_object, unit
from adapters.replay.home import builds, is_home
from adapters.roots import Roots
from adapters.sources.tail.files import named
from adapters.urls import public


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` equal shares, by `index` from 0."""

    index: int = 0
    count: int = 1

    def part(self, index: int, count: int) -> Shard:
        """One of `count` shares of this share."""
        return Shard(self.index * count + index, self.count * count)


Home = Callable[[Path], Iterable[Unit]]
"""The units of a JENKINS_HOME."""


def archive(inputs: Sequence[str], framing: Framing = EACH_LINE, of_home: Home = builds, only: str = "") -> list[Unit]:
    """The units behind files, folders and globs, each once, by name; behind a JENKINS_HOME its builds; then objects.

    `framing` tells which lines of a file are one notification, `only` of which source a journal is replayed.
    Raises ConfigError for an input that is nothing, or cannot be read, and Unusable for a store that cannot be.
    """
    return [
        *_local([text for text in inputs if not is_address(text)], framing, of_home, only),
        *(of_object(found, framing) for found in _objects([text for text in inputs if is_address(text)])),
    ]


def _local(inputs: Sequence[str], framing: Framing, of_home: Home, only: str) -> list[Unit]:
    homes = {Path(text) for text in inputs if is_home(Path(text))}
    paths = {path for text in inputs if Path(text) not in homes for path in _files(text)}
    roots = _roots(inputs)
    try:
        return [
            *(unit(path, framing, only, roots) for path in sorted(paths)),
            *(build for home in sorted(homes) for build in of_home(home)),
        ]
    except OSError as error:
        raise ConfigError([Problem(str(error.filename), f"cannot be read: {error.strerror}")]) from None


def bodies(inputs: Sequence[str], shard: Shard = Shard()) -> Iterator[bytes]:
    """Every notification of a share of the archive; raises ConfigError also where one cannot be read."""
    return bodies_of(share(archive(inputs), shard))


def bodies_of(units: Iterable[Unit]) -> Iterator[bytes]:
    """Every notification of some units; raises ConfigError where one cannot be read."""
    for each in units:
        try:
            for item in each.read("", Place()):
                yield item.notification.body
        except (OSError, EOFError) as error:
            raise ConfigError([Problem(each.name, f"cannot be read further: {error}")]) from None


def journals(inputs: Sequence[str]) -> list[Path]:
    """Those of the inputs that are journals; raises as `archive` does."""
    files = [text for text in inputs if not is_address(text)]
    return [kept.path for kept in archive(files, of_home=lambda _: ()) if isinstance(kept, Kept)]


def share(units: Sequence[Unit], shard: Shard) -> list[Unit]:
    """A shard's share, by size: the shares of all shards are the archive, in order, each notification once.

    A file of lines is cut where a share ends; any other unit belongs to the share in which it begins.
    """
    total = sum(unit.size for unit in units)
    begin, end = total * shard.index // shard.count, total * (shard.index + 1) // shard.count
    starts = accumulate((unit.size for unit in units), initial=0)
    if shard.index == shard.count - 1:
        end = total + 1  # what is empty at the very end is somebody's too
    return [
        part for unit, start in zip(units, starts, strict=False) for part in _part(unit, begin - start, end - start)
    ]


def _part(unit: Unit, begin: int, end: int) -> Iterator[Unit]:
    """What of a unit lies between two offsets from its own beginning."""
    if isinstance(unit, Lines) and divisible(unit) and not (begin <= 0 and end >= unit.size):
        if max(begin, 0) < min(end, unit.size):
            yield unit.between(max(begin, 0), min(end, unit.size))
    elif begin <= 0 < end:
        yield unit


def _objects(inputs: Sequence[str]) -> list[Object]:
    """By name, each once."""
    stores = Stores()  # open for as long as something of it is read
    found: dict[str, Object] = {}
    for text in inputs:
        try:
            address = Address.of(text)
        except ValueError as error:
            raise ConfigError([Problem(public(text), str(error))]) from None
        there = {str(each): each for each in stores.listed(address)}
        if not there:
            raise ConfigError([Problem(text, "there is no object of such a name, and none below it")])
        found |= there
    return [found[name] for name in sorted(found)]


def _roots(inputs: Sequence[str]) -> Roots:
    """What is named may be read, wherever it is; what a link in a folder leads to, only within what is named."""
    given = [text for text in inputs if Path(text).exists()]
    return Roots([text for text in inputs if text not in given], given, "name it as an input of its own")


def _files(text: str) -> Iterator[Path]:
    path = Path(text)
    if path.is_dir():
        yield from (file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))
    elif path.is_file():
        yield path
    elif path.exists():
        raise ConfigError([Problem(text, "it is no regular file, and no folder")])
    elif found := [Path(name) for name in named(text)]:
        yield from (file for each in found if each.is_file() or each.is_dir() for file in _files(str(each)))
    else:
        hint = f"objects are at {', '.join(f'{each}://' for each in SCHEMES)}" if "://" in text else ""
        raise ConfigError([Problem(text, "there is no such file or folder, and no file of such a name", hint)])

"""The builds in a directory: by their numbers, or as before Jenkins 1.597, by dates with links from numbers."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from adapters.sources.jenkins.passed_over import PassedOver
from adapters.sources.jenkins_home import files
from adapters.sources.jenkins_home.links import Links

NUMBERLESS = "a build in a directory with a date, of which nothing says the number"
FILELESS = "a build without a build.xml, of which nothing can be told until it has one"
_MOST_NUMBER = 2**31 - 1
_DIGITS = 10
_HEAD = 64 << 10
_DATE = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d", re.ASCII)
_NUMBER = re.compile(rb"<number>\s*(\d{1,10})\s*</number>")


@dataclass(frozen=True, slots=True)
class Listing:
    """The numbers of the builds in a directory, and the names of those directories that are not their numbers."""

    numbers: frozenset[int] = frozenset()
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def top(self) -> int:
        """The highest number; 0 without builds."""
        return max(self.numbers, default=0)

    @property
    def summary(self) -> Listing:
        """Without all but the newest: what is kept of a job while nothing happens to it."""
        return Listing(frozenset({self.top}), self.names)

    def name(self, number: int) -> str:
        """The name of a build's directory."""
        return self.names.get(number, str(number))


def listing(directory: str, links: Links, passed_over: PassedOver) -> Listing:
    """The builds there are; raises OSError."""
    numbers: set[int] = set()
    names: dict[int, str] = {}
    dated: set[str] = set()
    with os.scandir(directory) as entries:
        for entry in entries:
            if (number := _number(entry.name)) is not None:
                folder, _, name = os.readlink(entry.path).rpartition("/") if entry.is_symlink() else ("/", "", "")  # noqa: PTH115  a path is text
                if _DATE.fullmatch(name):
                    names[number] = name
                elif folder and links.is_directory(entry):
                    numbers.add(number)
            elif _DATE.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                dated.add(entry.name)
    names = {number: name for number, name in names.items() if name in dated and number not in numbers}
    names |= dict(_numbered(directory, dated - set(names.values()), numbers | names.keys(), passed_over))
    return Listing(frozenset(numbers | names.keys()), names)


def _number(name: str) -> int | None:
    if not (name.isascii() and name.isdecimal() and len(name) <= _DIGITS):
        return None
    return number if (number := int(name)) <= _MOST_NUMBER else None


def _numbered(directory: str, names: set[str], taken: set[int], passed_over: PassedOver) -> Iterator[tuple[int, str]]:
    """Those directories that no number leads to, by the number in their build.xml."""
    for name in sorted(names):
        try:
            match = _NUMBER.search((files.read(f"{directory}/{name}/build.xml", _HEAD << 8) or b"")[:_HEAD])
        except files.Unreadable:
            match = None
        if match and int(match[1]) not in taken:
            yield int(match[1]), name
        else:
            passed_over.note(NUMBERLESS, f"{directory}/{name}")


def began(name: str, zone: tzinfo = UTC) -> int | None:
    """When (ms since 1970) the build in a directory with a date began; None for any other name."""
    if not _DATE.fullmatch(name):
        return None
    try:
        return int(datetime.strptime(name, "%Y-%m-%d_%H-%M-%S").replace(tzinfo=zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None

"""Goldens as pytest's items: one for each input of a mapping, and one for what holds for all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from adapters import goldens
from adapters.errors import AdapterError, Problem
from adapters.goldens import Golden, Suite
from adapters.pytest_plugin.written import note
from adapters.resources import resource
from adapters.yamlfile import shown

TOGETHER = "together"
"""The name of the test of all goldens of a mapping; an input's is the name of its file, which has a suffix."""

_TOLD = 20
"""Records at most of which a failure tells what the mapping does with them."""

_HINT = "--update-goldens accepts what the mapping makes"


class Differs(AssertionError):
    """A golden is not as it should be; the message is the whole report."""


def collector(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """The tests of a mapping; None where it is one that comes with the package."""
    shipped = path.resolve().is_relative_to(resource("mappings").resolve())
    return None if shipped else MappingFile.from_parent(parent, path=path)


class MappingFile(pytest.File):
    """A mapping, whose inputs are translated once."""

    def collect(self) -> Iterable[pytest.Item]:
        """A test for each input, and one for all; raises CollectError with every problem where it does not load."""
        try:
            suite = goldens.run(self.path)
        except AdapterError as error:
            raise self.CollectError(str(error)) from None
        for golden in suite.goldens:
            yield GoldenItem.from_parent(self, name=golden.input.name, golden=golden)
        yield TogetherItem.from_parent(self, name=TOGETHER, suite=suite)


class _Item(pytest.Item):
    """Fails with what is wrong, and no traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, Differs):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"{self.name} of {shown(self.path)}"

    @property
    def updates(self) -> bool:
        return bool(self.config.getoption("--update-goldens"))


class GoldenItem(_Item):
    """One input: what the mapping makes of it is what is expected."""

    def __init__(self, golden: Golden, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.golden = golden

    def runtest(self) -> None:
        """Raises Differs, with the difference and where in the mapping it comes from."""
        if self.updates and goldens.accept(self.golden):
            note(self, f"wrote {shown(self.golden.expected)}")
        if problems := _hinted(goldens.differences(self.golden)):
            raise Differs("\n".join([*map(str, problems), *goldens.diff(self.golden), *_story(self.golden)]))


class TogetherItem(_Item):
    """All inputs of a mapping: nothing is left over, and their events agree; if strict, every rule fires."""

    def __init__(self, suite: Suite, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.suite = suite

    def runtest(self) -> None:
        """Raises Differs, with all that is wrong."""
        suite = self.suite
        if self.updates:
            for file in goldens.clear(suite):
                note(self, f"removed {shown(file)}")
            suite = replace(suite, stale=())
        unreached = suite.unreached if self.config.getoption("--strict-goldens") else ()
        if problems := [*_hinted(goldens.wrongs(suite)), *unreached]:
            raise Differs("\n".join(map(str, problems)))


def _hinted(problems: Iterable[Problem]) -> list[Problem]:
    """Problems whose hints name the flag of pytest, where they name that of `check`."""
    return [replace(each, hint=_HINT if each.hint else "") for each in problems]


def _story(golden: Golden) -> Iterator[str]:
    yield from islice(golden.story, _TOLD)
    if (more := len(golden.story) - _TOLD) > 0:
        yield f"and {more} more"

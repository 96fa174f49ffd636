"""Goldens: a mapping's own examples, which the product itself runs.

Beside a `mapping.yaml`, each file of `inputs/` is one notification (in `.ndjson`, each line is one; a `.http` has
headers, too), and `expected/<the same name>.json` is the array of CDEvents 0.5.1 that becomes of it: `[]` where it is
ignored on purpose.
`context.yaml` has what they do not say of themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.errors import Problem
from adapters.goldens.context import Context, context
from adapters.goldens.coverage import parts
from adapters.goldens.golden import AnyMapper, Golden, accept, differences
from adapters.goldens.truths import Sample, violations
from adapters.mapping import Translator, library
from adapters.model import CDEvent
from adapters.yamlfile import shown


@dataclass(frozen=True, slots=True)
class Suite:
    """All goldens of the mapping in a file, the expected files that no input has, and the parts that none reaches."""

    mapping: Path
    goldens: tuple[Golden, ...]
    stale: tuple[Path, ...]
    unreached: tuple[Problem, ...]


def run(reference: str | Path) -> Suite:
    """Translates every input of a mapping (a shipped name, or a path). Raises ConfigError when it does not load."""
    path = library.either(reference)
    files = _files(path.with_name("inputs"), "*")
    around = context(reference, files)
    loaded = _Translators(reference, around)
    goldens = tuple(Golden.of(file, loaded.of(file), around.of(file)) for file in files)
    wanted = {golden.expected for golden in goldens}
    stale = tuple(file for file in _files(path.with_name("expected"), "*.json") if file not in wanted)
    return Suite(path, goldens, stale, tuple(_unreached(loaded.common, goldens)))


class _Translators:
    """The mapping as each input wants it: loaded once, and again for those with variables of their own."""

    def __init__(self, reference: str | Path, around: Context) -> None:
        self.reference, self.around = reference, around
        self.common = self._loaded(around.variables)

    def of(self, file: Path) -> AnyMapper:
        """The mapping with the variables of an input."""
        variables = self.around.of(file).variables
        return self.common if variables == self.around.variables else self._loaded(variables)

    def _loaded(self, variables: Mapping[str, Any]) -> AnyMapper:
        if library.is_export(self.reference):
            return library.load_export(
                self.reference, variables=variables, folder=library.either(self.reference).parent
            )
        return bound(self.reference, self.around.instance, variables)


def bound(reference: str | Path, instance: str, variables: Mapping[str, Any]) -> Translator:
    """A mapping as its examples want it: files that its variables name are beside it. Raises ConfigError."""
    return library.load(reference, instance=instance, variables=variables, folder=library.find(reference).parent)


def _unreached(translator: AnyMapper, goldens: Sequence[Golden]) -> Iterator[Problem]:
    if not goldens:
        what = "CDEvents" if translator.picks else "notifications"
        yield Problem(shown(translator.path), "has no examples", f"put {what} into inputs/ beside it")
        return
    reached = frozenset[str]().union(*(golden.reached for golden in goldens))
    yield from (Problem(where, message) for where, message in parts(translator) if where not in reached)


def check(suite: Suite) -> list[Problem]:
    """What differs from the expected files, what was not translated, and every truth that the events break."""
    return [*(problem for golden in suite.goldens for problem in differences(golden)), *wrongs(suite)]


def wrongs(suite: Suite) -> list[Problem]:
    """What is wrong with the goldens of a mapping together: every truth that the events break, expected files left."""
    samples = [
        Sample(shown(golden.input), number, event)
        for golden in suite.goldens
        for number, event in enumerate(golden.events, start=1)
        if isinstance(event, CDEvent)
    ]
    stale = [Problem(shown(file), "has no input", "--update removes it") for file in suite.stale]
    return [*stale, *violations(samples)]


def update(suite: Suite) -> list[Path]:
    """Writes the expected files that differ, and removes those without an input; which ones."""
    changed = [golden.expected for golden in suite.goldens if accept(golden)]
    return [*changed, *clear(suite)]


def clear(suite: Suite) -> list[Path]:
    """Removes the expected files that no input has; which ones."""
    for file in suite.stale:
        file.unlink()
    return [*suite.stale]


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(file for file in folder.glob(pattern) if file.is_file() and not file.name.startswith("."))

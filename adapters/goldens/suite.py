"""Goldens: a mapping's own examples, which the product itself runs.

Beside a `mapping.yaml`, each file of `inputs/` is one notification (in `.ndjson`, each line is one; a `.http` has
headers, too), and `expected/<the same name>.json` is the array of CDEvents 0.5.1 that becomes of it: `[]` where it is
ignored on purpose.
`context.yaml` has what they do not say of themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

import orjson

from adapters.cdevents.document import document
from adapters.errors import MappingError, Problem
from adapters.goldens.context import Circumstances, Context, context
from adapters.goldens.coverage import parts, reached
from adapters.goldens.inputs import sent
from adapters.goldens.truths import Sample, violations
from adapters.mapping import Translator, library
from adapters.model import CDEvent, Notification, Spec
from adapters.yamlfile import shown


@dataclass(frozen=True, slots=True)
class Golden:
    """One input, the events that the mapping makes of it, and what it could not translate.

    `reached` are the places of the mapping's parts that had to do with it.
    """

    input: Path
    events: tuple[CDEvent, ...]
    errors: tuple[str, ...]
    reached: frozenset[str]

    @property
    def expected(self) -> Path:
        """The file of the events that it should be."""
        return self.input.parent.parent / "expected" / f"{self.input.stem}.json"

    @property
    def text(self) -> str:
        """The events as the expected file has them."""
        return _written([document(event, Spec.V0_5_1) for event in self.events])


@dataclass(frozen=True, slots=True)
class Suite:
    """All goldens of the mapping in a file, the expected files that no input has, and the parts that none reaches."""

    mapping: Path
    goldens: tuple[Golden, ...]
    stale: tuple[Path, ...]
    unreached: tuple[Problem, ...]


def run(reference: str | Path) -> Suite:
    """Translates every input of a mapping (a shipped name, or a path). Raises ConfigError when it does not load."""
    path = library.find(reference)
    files = _files(path.with_name("inputs"), "*")
    around = context(reference, files)
    loaded = _Translators(reference, around)
    goldens = tuple(_golden(file, loaded.of(file), around.of(file)) for file in files)
    wanted = {golden.expected for golden in goldens}
    stale = tuple(file for file in _files(path.with_name("expected"), "*.json") if file not in wanted)
    return Suite(path, goldens, stale, tuple(_unreached(loaded.common, goldens)))


class _Translators:
    """The mapping as each input wants it: loaded once, and again for those with variables of their own."""

    def __init__(self, reference: str | Path, around: Context) -> None:
        self.reference, self.around = reference, around
        self.common = self._loaded(around.variables)

    def of(self, file: Path) -> Translator:
        """The mapping with the variables of an input."""
        variables = self.around.of(file).variables
        return self.common if variables == self.around.variables else self._loaded(variables)

    def _loaded(self, variables: Mapping[str, Any]) -> Translator:
        folder = library.find(self.reference).parent
        return library.load(self.reference, instance=self.around.instance, variables=variables, folder=folder)


def _unreached(translator: Translator, goldens: Sequence[Golden]) -> Iterator[Problem]:
    if not goldens:
        yield Problem(shown(translator.path), "has no examples", "put notifications into inputs/ beside it")
        return
    reached = frozenset[str]().union(*(golden.reached for golden in goldens))
    yield from (Problem(where, message) for where, message in parts(translator) if where not in reached)


def check(suite: Suite) -> list[Problem]:
    """What differs from the expected files, what was not translated, and every truth that the events break."""
    samples = [
        Sample(shown(golden.input), number, event)
        for golden in suite.goldens
        for number, event in enumerate(golden.events, start=1)
    ]
    found = [problem for golden in suite.goldens for problem in _problems(golden)]
    stale = [Problem(shown(file), "has no input", "--update removes it") for file in suite.stale]
    return [*found, *stale, *violations(samples)]


def diff(golden: Golden) -> list[str]:
    """The lines by which the events differ from the expected file, as a unified diff; none where they do not."""
    expected = _expected(golden)
    if expected is not None and _canonical(expected) == _canonical(golden.text):
        return []
    before, after = _pretty(expected or "").splitlines(), golden.text.splitlines()
    return list(unified_diff(before, after, shown(golden.expected), "what the mapping makes", lineterm=""))


def update(suite: Suite) -> list[Path]:
    """Writes the expected files that differ, and removes those without an input; which ones.

    An input that was not wholly translated keeps the file it has.
    """
    changed = [golden for golden in suite.goldens if not golden.errors and diff(golden)]
    for golden in changed:
        golden.expected.parent.mkdir(exist_ok=True)
        golden.expected.write_text(golden.text, encoding="utf-8")
    for file in suite.stale:
        file.unlink()
    return [*(golden.expected for golden in changed), *suite.stale]


def _golden(file: Path, translator: Translator, around: Circumstances) -> Golden:
    events: list[CDEvent] = []
    errors: list[str] = []
    places: set[str] = set()
    headers = {name.lower(): value for name, value in around.headers.items()}
    for each in sent(file):
        heard = translator.drop(Notification("golden", each.body, around.received_at, {**headers, **each.headers}))
        places.update(reached(translator, heard))
        try:
            translation = translator.translate(heard)
        except MappingError as error:
            errors.append(str(error))
            continue
        events += translation.events
        errors += translation.errors
        if translation.unmatched:
            errors.append(f"{translation.unmatched} of its records are covered by no rule and no `ignore`")
    return Golden(file, tuple(events), tuple(errors), frozenset(places))


def _problems(golden: Golden) -> Iterator[Problem]:
    where = shown(golden.input)
    yield from (Problem(where, error) for error in golden.errors)
    if not golden.expected.exists():
        yield Problem(where, f"has no {shown(golden.expected)}", "--update writes it")
    elif diff(golden):
        hint = "--review shows how, --update accepts it"
        yield Problem(shown(golden.expected), "is not what the mapping makes", hint)


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(file for file in folder.glob(pattern) if file.is_file() and not file.name.startswith("."))


def _expected(golden: Golden) -> str | None:
    return golden.expected.read_text(encoding="utf-8", errors="replace") if golden.expected.exists() else None


def _pretty(text: str) -> str:
    try:
        return _written(orjson.loads(text))
    except orjson.JSONDecodeError:
        return text


def _canonical(text: str) -> bytes:
    """Equal for two JSON texts of the same value, whatever their layout and the order of members."""
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError:
        return text.encode()


def _written(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()

"""What is true of any mapping's events, whatever its expected files say: a golden cannot freeze it wrong.

Sources: CDEvents' spec.md (`context`, `subject`), links.md (chains), and each subject's page for what its stages mean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations
from typing import Any
from uuid import UUID

from packageurl import PackageURL

from adapters.cdevents.document import document
from adapters.cdevents.validation import problems
from adapters.cdevents.vocabulary import EVENTS, specs
from adapters.errors import Problem
from adapters.goldens.coverage import named
from adapters.model import CDEvent

_STAGES = ("queued", "started", "finished")


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """An event that a mapping made: the `number`th, from 1, of the input file `where`."""

    where: str
    number: int
    event: CDEvent

    def problem(self, message: str) -> Problem:
        """A problem of this event."""
        return Problem(self.where, f"event {self.number}, {named(self.event)}: {message}")

    @property
    def subject_type(self) -> str:
        """Such as `pipelinerun`, or `<tool>-<subject>` of a custom event."""
        return _words(self.event.name)[0]

    @property
    def predicate(self) -> str:
        """Such as `finished`."""
        return _words(self.event.name)[1]

    @property
    def moment(self) -> datetime:
        """When it happened."""
        return datetime.fromisoformat(self.event.timestamp)


def _words(name: str) -> tuple[str, str]:
    if event := EVENTS.get(name):
        return event.subject, event.predicate
    subject, predicate = name.split(".")[2:4]
    return subject, predicate


Truth = Callable[[Sequence[Sample]], Iterator[Problem]]


def violations(samples: Sequence[Sample]) -> list[Problem]:
    """Every truth that the events break, together; of an event that is not valid, nothing more is said."""
    invalid = {sample: found for sample in samples if (found := list(_invalid(sample)))}
    sound = [sample for sample in samples if sample not in invalid]
    broken = [problem for truth in _TRUTHS for problem in truth(sound)]
    return [problem for found in invalid.values() for problem in found] + broken


def _invalid(sample: Sample) -> Iterator[Problem]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for spec in specs(sample.event.name):
        for problem in problems(document(sample.event, spec), spec):
            found[problem].append(spec)
    for problem, refusing in found.items():
        yield sample.problem(f"not valid in CDEvents {', '.join(refusing)}: {problem}")
    if not _is_utc(sample.event.timestamp):
        yield sample.problem(f"its timestamp {sample.event.timestamp} is not a UTC time that ends in Z")


def _is_utc(timestamp: str) -> bool:
    try:
        datetime.fromisoformat(timestamp)
    except ValueError:
        return False
    return timestamp.endswith("Z")


def _ids_are_uuids(samples: Sequence[Sample]) -> Iterator[Problem]:
    for sample in samples:
        try:
            UUID(sample.event.id)
        except ValueError:
            yield sample.problem(f"its id {sample.event.id} is not a UUID")


def _one_id_is_one_occurrence(samples: Sequence[Sample]) -> Iterator[Problem]:
    first: dict[str, Sample] = {}
    for sample in samples:
        other = first.setdefault(sample.event.id, sample)
        if (other.event.name, other.event.subject_id) != (sample.event.name, sample.event.subject_id):
            yield sample.problem(f"has the id of {_named(other)}; its `id:` does not name the occurrence")


def _stages_follow_each_other(samples: Sequence[Sample]) -> Iterator[Problem]:
    runs: defaultdict[tuple[str, str], list[Sample]] = defaultdict(list)
    for sample in samples:
        if sample.predicate in _STAGES:
            runs[sample.subject_type, sample.event.subject_id].append(sample)
    for run in runs.values():
        for one, other in permutations(run, 2):
            if _stage(one) < _stage(other) and one.moment > other.moment:
                yield other.problem(f"{other.event.timestamp} is before {_named(one)}, {one.event.timestamp}")


def _stage(sample: Sample) -> int:
    return _STAGES.index(sample.predicate)


def _paths_keep_the_subject(samples: Sequence[Sample]) -> Iterator[Problem]:
    """What follows a finished run may be another run; anything else of the same type goes on about the same subject."""
    for before, after in _paths(samples):
        same_type = before.subject_type == after.subject_type and before.predicate != "finished"
        if same_type and before.event.subject_id != after.event.subject_id:
            yield after.problem(f"follows {_named(before)}, of another subject.id")


def _paths_keep_the_chain(samples: Sequence[Sample]) -> Iterator[Problem]:
    for before, after in _paths(samples):
        if before.event.chain_id != after.event.chain_id:
            yield after.problem(f"follows {_named(before)}, of another chainId")


def _purls_are_canonical(samples: Sequence[Sample]) -> Iterator[Problem]:
    for sample in samples:
        for purl in filter(_is_purl, _texts([sample.event.subject_id, sample.event.content])):
            if (canonical := _canonical(purl)) != purl:
                yield sample.problem(f"{purl} is not a canonical package URL; that would be {canonical}")


def _is_purl(text: str) -> bool:
    return text.startswith("pkg:")


def _canonical(purl: str) -> str:
    try:
        return PackageURL.from_string(purl).to_string()
    except ValueError as error:
        return f"another: {error}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _texts(list(value.values()))
    elif isinstance(value, Sequence):
        for item in value:
            yield from _texts(item)


def _paths(samples: Sequence[Sample]) -> Iterator[tuple[Sample, Sample]]:
    """Each PATH link whose two events are both here: the earlier, and the one that follows it."""
    by_id = {sample.event.id: sample for sample in samples}
    for sample in samples:
        for link in sample.event.links:
            if link["linkType"] == "PATH" and (before := by_id.get(link["from"]["contextId"])):
                yield before, sample


def _named(sample: Sample) -> str:
    return f"{named(sample.event)} ({sample.where}, event {sample.number})"


_TRUTHS: Sequence[Truth] = (
    _ids_are_uuids,
    _one_id_is_one_occurrence,
    _stages_follow_each_other,
    _paths_keep_the_subject,
    _paths_keep_the_chain,
    _purls_are_canonical,
)

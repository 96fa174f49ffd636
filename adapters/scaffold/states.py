"""How far the runs are that records of a kind tell of, and how they ended: by a field's words, or by the kind's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from adapters.mapping.syntax import written
from adapters.scaffold.fields import Field, Steps, is_meant, standing
from adapters.scaffold.groups import Group, Heard
from adapters.scaffold.words import OUTCOMES, PHASES, Phase, outcome, parts, phase, plain

_STATE = re.compile(
    r"(?i)@?(.*[_-]?(status|state|result|outcome|conclusion|verdict|phase)|action|success|passed|succeeded|ok)"
)
_RESULT = re.compile(r"(?i).*(result|outcome|conclusion|verdict)")
_TRUTH = re.compile(r"(?i)success|passed|succeeded|ok")
_UNDER_WAY = {word: each for word, each in PHASES.items() if word not in OUTCOMES}


@dataclass(frozen=True, slots=True)
class State:
    """Records that tell of one phase (None: of none that is known), the condition for them, and what the outcome is.

    `success` is what of the condition is different where all went well.
    """

    phase: Phase | None
    when: Mapping[str, Any]
    heard: Sequence[Heard]
    outcome: str = ""
    success: Mapping[str, Any] | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class States:
    """The states of a kind, in their order, and the outcomes by the words that were found."""

    all: Sequence[State]
    outcomes: Mapping[str, str]


class _Class(NamedTuple):
    """What decides of a record: which phase, told by which field ("" for the kind's name), and by which value."""

    phase: Phase | None
    by: str
    value: Any = None


def states(group: Group) -> States:
    """How far the runs of a kind are; a word that is not known is never taken for another."""
    return _Reading(group).states()


class _Reading:
    def __init__(self, group: Group) -> None:
        self.group = group
        self.of_kind = phase(group.value)
        self.result = _field(group, _is_result)
        self.current = _field(group, lambda _, value: _is_under_way(value))

    def states(self) -> States:
        found: dict[_Class, list[Heard]] = {}
        for each in self.group.heard:
            found.setdefault(self._class(each), []).append(each)
        made = [*self._by_result(found), *self._by_word(found), *self._by_kind(found), *self._unknown(found)]
        words = [each.value for each in found if each.by == "result" and isinstance(each.value, str)]
        order = [*Phase, None]
        return States(
            sorted(made, key=lambda state: order.index(state.phase)), {word: OUTCOMES[plain(word)] for word in words}
        )

    def _class(self, heard: Heard) -> _Class:
        result, current = self._value(heard, self.result), self._value(heard, self.current)
        if self.of_kind in (Phase.QUEUED, Phase.STARTED):
            return _Class(self.of_kind, "kind")
        if self.result and _is_result(self.result, result):
            return _Class(Phase.FINISHED, "result", result)
        if _is_under_way(current) and (result is None or _is_under_way(result)):
            return _Class(_UNDER_WAY[plain(current)], "word", current)
        if self.of_kind and result is None:
            return _Class(self.of_kind, "kind")
        return _Class(None, "", (_known(result), _known(current)))

    def _by_result(self, found: Mapping[_Class, Sequence[Heard]]) -> Iterator[State]:
        classes = [each for each in found if each.by == "result"]
        if self.result is None or not classes:
            return
        path, heard = written(self.result), _heard(found, classes)
        words = [each.value for each in classes]
        if any(isinstance(word, bool) for word in words):
            outcome_of, wanted, good = f'${{{path} | if("success", "failure")}}', {"exists": True}, [True]
        else:
            outcome_of, wanted = f"${{{path} | table(outcome)}}", _one(words)
            good = [word for word in words if OUTCOMES[plain(word)] == "success"]
        success = {**self.group.when, path: _one(good)} if good else None
        yield State(Phase.FINISHED, {**self.group.when, path: wanted}, heard, outcome_of, success)

    def _by_word(self, found: Mapping[_Class, Sequence[Heard]]) -> Iterator[State]:
        for wanted in Phase:
            classes = [each for each in found if each.by == "word" and each.phase is wanted]
            if self.current and classes:
                words = _one([each.value for each in classes])
                heard = _heard(found, classes)
                when = {**self.group.when, written(self.current): words, **self._without_result(heard)}
                yield State(wanted, when, heard)

    def _by_kind(self, found: Mapping[_Class, Sequence[Heard]]) -> Iterator[State]:
        classes = [each for each in found if each.by == "kind"]
        if classes:
            early = self.of_kind is not Phase.FINISHED
            heard = _heard(found, classes)
            when = {**self.group.when, **({} if early else self._without_result(heard))}
            ended = outcome(self.group.value) or ""
            success = when if ended == "success" else None
            yield State(self.of_kind, when, heard, "" if early else ended, success)

    def _unknown(self, found: Mapping[_Class, Sequence[Heard]]) -> Iterator[State]:
        for each in found:
            if each.phase is None:
                result, current = each.value
                fields = {steps: value for steps, value in ((self.result, result), (self.current, current)) if steps}
                when = {**self.group.when, **{written(steps): value for steps, value in fields.items()}}
                told = next((value for value in fields.values() if isinstance(value, str)), None)
                remark = f"what is {told!r} for a run?" if told else "no outcome is there"
                yield State(None, when, found[each], remark=remark)

    def _without_result(self, heard: Sequence[Heard]) -> Mapping[str, Any]:
        """Where there is a field for results that others have, and these do not."""
        if self.result is None or any(self._value(each, self.result) is not None for each in heard):
            return {}
        return {written(self.result): {"exists": False}}

    def _value(self, heard: Heard, steps: Steps | None) -> Any:
        return heard.fields.get(steps) if steps else None


def _field(group: Group, holds: Callable[[Steps, Any], bool]) -> Steps | None:
    """The field whose values are most often such that they say how far a run is; the nearest to what is meant."""
    often = Counter(
        steps
        for each in group.heard
        for steps, value in each.fields.items()
        if _STATE.fullmatch(steps[-1]) and written(steps) != group.key and holds(steps, value)
    )
    kind = parts(group.value)

    def score(steps: Steps) -> float:
        near = standing(Field(steps, (), meant=is_meant(steps, kind)))
        return 3 * often[steps] / len(group.heard) + 2 * bool(_RESULT.fullmatch(steps[-1])) + near / 2

    return max(often, key=score, default=None)


def _is_result(steps: Steps, value: Any) -> bool:
    if isinstance(value, bool):
        return _TRUTH.fullmatch(steps[-1]) is not None
    return isinstance(value, str) and plain(value) in OUTCOMES


def _is_under_way(value: Any) -> bool:
    return isinstance(value, str) and plain(value) in _UNDER_WAY


def _known(value: Any) -> Any:
    """A value as a condition has it, hashable."""
    if value is None:
        return _MISSING
    return _THERE if isinstance(value, str) and ("${" in value or not value.isprintable()) else value


class _Exists(dict[str, bool]):
    """A comparison that can be a key."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self["exists"])


_MISSING, _THERE = _Exists(exists=False), _Exists(exists=True)


def _one(words: Sequence[Any]) -> Any:
    return words[0] if len(words) == 1 else words


def _heard(found: Mapping[_Class, Sequence[Heard]], classes: Sequence[_Class]) -> list[Heard]:
    return [heard for each in classes for heard in found[each]]

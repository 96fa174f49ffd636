"""What a kind of notifications may become: proposals, the boldest first, of which each is right wherever it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.scaffold import roles
from adapters.scaffold.fields import Field, common
from adapters.scaffold.groups import Group
from adapters.scaffold.states import State, states
from adapters.scaffold.words import PHASES, Phase, parts, phase

When = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ignored:
    """Records that make nothing, and why."""

    when: When
    remark: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is to be written: expressions, and templates by the names of members. `remarks` are by key."""

    name: str
    when: When
    emit: str
    id: Sequence[str]
    subject: str
    content: Mapping[str, Any] = field(default_factory=dict)
    timestamp: str = ""
    custom_data: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Rules for a kind, the words that their table needs, and what of the kind makes nothing."""

    rules: Sequence[Rule] = ()
    ignored: Sequence[Ignored] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)


def proposals(group: Group, tool: str, digest: str) -> list[Proposal]:
    """What may be made of a kind, the boldest first; the last makes nothing. `digest` names a record by its bytes."""
    found = [_run(group, bold=bold) for bold in (True, False)]
    kind = group.value or "anything else"
    ignored = Proposal(ignored=[Ignored(group.when, f"is {kind} worth an event?")])
    if _means_nothing(group):
        return [ignored]
    custom = [Proposal([_custom(group, tool, digest, bold=bold)]) for bold in (True, False)]
    return [*(each for each in found if each.rules), *custom, ignored]


def anything(tool: str) -> Proposal:
    """What can be made of whatever there is."""
    return Proposal([_custom(Group("", "", ()), tool, "$body_digest", bold=False)])


def _means_nothing(group: Group) -> bool:
    """Signs of life, and lines that no pattern is for."""
    return bool(_IDLE & {*parts(group.value)}) or (group.key, group.value) == ("pattern", "")


_IDLE = {"ping", "heartbeat", "hello", "test", "healthcheck"}


def _custom(group: Group, tool: str, digest: str, *, bold: bool) -> Rule:
    """An event of the tool's own, for what no run is evident in; a bold one has a time, if one is evident."""
    words = parts(group.value)
    letters = ["".join(re.findall("[a-z]", word)) for word in words]
    done = len(words) > 1 and (letters[-1].endswith("ed") or letters[-1] in PHASES)
    subject = "".join(letters[:-1] if done else letters) or "record"
    predicate = letters[-1] if done and letters[-1] else "received"
    fields = common([each.fields for each in group.heard], words) if group.heard else []
    named, moments = roles.run_id(fields), roles.times(fields) if bold else []
    moment = moments[0] if len(moments) == 1 else roles.time_of(moments, None)
    return Rule(
        name=_word(group.value) or "anything",
        when=group.when,
        emit=f"dev.cdeventsx.{tool}-{subject}.{predicate}.0.1.0",
        id=[digest],
        subject=named.template if named else f"${{{digest}}}",
        timestamp=moment.template if moment else "",
        remarks={"emit": "or one of CDEvents?", "id": "better: what names the occurrence itself"},
    )


def _run(group: Group, *, bold: bool) -> Proposal:
    """A run that is queued, starts or ends, where the records of the kind say so; nothing else."""
    found = states(group)
    rules: list[Rule] = []
    ignored: list[Ignored] = []
    for state in found.all:
        if (run := _read(group, state)) is None:
            ignored.append(Ignored(state.when, state.remark or "what names the run is not evident"))
        else:
            rules += _bold(run, rules) if bold else [run.rule]
    return Proposal(rules, ignored, found.outcomes if rules else {})


@dataclass(frozen=True, slots=True)
class _Run:
    """A state of a run, the fields that all its records have, and the rule that every one of them fits."""

    state: State
    fields: Sequence[Field]
    named: Field
    rule: Rule


def _read(group: Group, state: State) -> _Run | None:
    subject = "taskrun" if {"job", "task", "step"} & {*parts(group.value)} else "pipelinerun"
    fields = common([each.fields for each in state.heard], parts(group.value))
    named = roles.run_id(fields)
    if state.phase is None or named is None or (subject, state.phase) == ("taskrun", Phase.QUEUED):
        return None
    title = roles.run_name([each for each in fields if each is not named])
    content: dict[str, Any] = {"taskName" if subject == "taskrun" else "pipelineName": (title or named).text}
    remarks = {"id": "what names the run: the same from its start to its end"}
    if (subject, state.phase) == ("pipelinerun", Phase.STARTED):
        content["uri"], remarks["uri"] = "${$instance}", "a run that starts has a page: which?"
    if state.outcome:
        content["outcome"] = state.outcome
    name = f"{_word(group.value)}-{state.phase}" if not phase(group.value) else _word(group.value)
    emit = f"{subject}.{state.phase}"
    key = [title, named] if title and roles.is_counted(named) else [named]
    rule = Rule(
        name=name.lstrip("-") or "run",
        when=state.when,
        emit=emit,
        id=[each.expression for each in key],
        subject="/".join(each.template for each in key),
        content=content,
        remarks=remarks,
    )
    return _Run(state, fields, named, rule)


def _bold(run: _Run, before: Sequence[Rule]) -> list[Rule]:
    """The rule with all else that can be read, and that of a deployment, where the run was one and went well."""
    rule, fields, phase = run.rule, run.fields, run.state.phase
    page, moment = roles.page(fields, run.named), roles.time_of(fields, phase)
    started = next((each for each in before if each.emit.endswith(".started") and each.id == rule.id), None)
    known = {"revision?": roles.revision(fields), "branch?": roles.branch(fields)}
    optional = "" if rule.content.get("uri") else "?"
    remarks = {key: text for key, text in rule.remarks.items() if key != "uri" or not page}
    if others := [each.path for each in roles.times(fields) if moment and each.path != moment.path][:2]:
        remarks["timestamp"] = f"also there: {', '.join(others)}"
    if moment is None:
        remarks["subject"] = "no time of it is evident: it is that at which it was heard"
    whole = replace(
        rule,
        content={**rule.content, **({f"uri{optional}": page.template} if page else {})},
        timestamp=moment.template if moment else "",
        custom_data={name: each.template for name, each in known.items() if each},
        path=started.name if started and phase is Phase.FINISHED else "",
        remarks=remarks,
    )
    return [whole, *_deployed(whole, run)]


def _deployed(rule: Rule, run: _Run) -> Iterator[Rule]:
    """An image that was brought somewhere by a run that went well."""
    image, place = roles.image(run.fields), roles.environment(run.fields)
    service = roles.service(run.fields)
    if run.state.success and image and place and service:
        yield replace(
            rule,
            name="service-deployed" if rule.name.endswith("-finished") else f"{rule.name}-deployed",
            when=run.state.success,
            emit="service.deployed",
            subject=service.template,
            content={"environment": {"id": place.template}, "artifactId": image.template},
            path=rule.name,
            remarks={"emit": "or service.upgraded: docs/mappings.md#types-by-a-table"},
        )


def _word(text: str) -> str:
    """A name for a rule."""
    return re.sub(r"^[^a-z_]+|-+$", "", re.sub(r"[^a-z0-9]+", "-", text.lower()))

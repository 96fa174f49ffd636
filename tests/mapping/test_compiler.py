"""A mapping is checked when it loads: everything wrong is told at once, each at its line and column."""

from typing import Any

import pytest

from adapters.cdevents.fields import Field
from adapters.cdevents.vocabulary import EVENTS, specs
from adapters.model import Spec
from tests.mapping.support import events, mapping, problems

GOOD = """
    cdevents: 0.5.1
    variables: {environment: ci, registry: null, open: "v("}
    tables:
      outcome: {OK: success, KO: failure}
    rules:
      done:
        when: {phase: DONE}
        emit: pipelinerun.finished
        id: [run]
        subject:
          id: ${run}
          content:
            outcome: ${status | table(outcome)}
"""


def test_good_mapping_has_no_problems() -> None:
    """A mapping that is right loads, and emits what it says."""
    (event,) = events(mapping(GOOD, registry="r"), {"phase": "DONE", "run": 7, "status": "OK"})
    assert (event.name, event.subject_id, event.content) == ("pipelinerun.finished", "7", {"outcome": "success"})


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("cdevents: 0.5.1", "cdevents: 0.5.0", "test.yaml:2:1: expected '0.5.1'"),
        ("    rules:", "    rulez:", "test.yaml:6:1: unknown key 'rulez' (did you mean 'rules'?)"),
        ("when: {phase", "wen: {phase", "test.yaml:8:5: unknown key 'wen' (did you mean 'when'?)"),
        (
            "pipelinerun.finished",
            "pipelinerun.finnished",
            "test.yaml:9:5: there is no CDEvent 'pipelinerun.finnished' (did you mean",
        ),
        ("pipelinerun.finished", "dev.cdeventsx.my_tool-x.seen.1.0.0", "there is no CDEvent"),
        ("outcome: ${", "outcom: ${", "has no field 'outcom' (did you mean 'outcome'?)"),
        (
            "KO: failure",
            "KO: FAILURE",
            "'outcome' can never be 'FAILURE': it is one of success, failure, cancel, error",
        ),
        ("table(outcome)", "table(outcomes)", "there is no table 'outcomes' (did you mean 'outcome'?)"),
        ("table(outcome)", 'table(outcome, "maybe")', "'outcome' can never be 'maybe'"),
        ("table(outcome)", "table(outcome) | lowr", "there is no filter 'lowr' (did you mean 'lower'?)"),
        ("${run}", "${$runn}", "test.yaml:12:7: $runn is not defined"),
        ("${run}", "${run", "is not closed"),
        ("[run]", "[run |]", "test.yaml:10:10: expected a name, found the end"),
        ("[run]", "[]", "test.yaml:10:5: List should have at least 1 item"),
        ("phase: DONE", 'phase: {matches: "("}', "is not a regular expression"),
        ("phase: DONE", 'phase: {matches: "${$environment}("}', "${$environment}(: 'ci(' is not a regular expression"),
        (
            "phase: DONE",
            'phase: {matches: "${run}"}',
            "test.yaml:8:12: 'matches' needs its pattern when the mapping loads",
        ),
        ("${run}", '${run | capture("(")}', "test.yaml:12:7: capture: '(' is not a regular expression"),
        ("${run}", "${run | capture($tables)}", "$tables is not defined"),
        ("${run}", "${run | capture(phase)}", "'capture' needs its pattern when the mapping loads"),
        ("${run}", "${run | find_all($open)}", "test.yaml:12:7: $open: find_all: 'v(' is not a regular expression"),
        ("${run}", '${run | regex_replace("a", "\\\\1")}', "regex_replace: 'a' has no group 1"),
        ("${run}", '${run | map("a.")}', "map: expected a name, found the end in 'a.'"),
        ("${run}", '${run | where("a.", phase)}', "where: expected a name, found the end in 'a.'"),
        ("${run}", '${run | where("$a", 1)}', "where: '$a' is not a path, such as a.b"),
        ("outcome: ${", "uri: {a: b}\n            outcome: ${", "'uri' is text"),
        ("rules:", "input: {lines: {a: '(?P<line>.)'}}\n    rules:", "names a group 'line', which every record has"),
        ("rules:", "input: logfmtt\n    rules:", "there is no input 'logfmtt' (did you mean 'logfmt'?)"),
        ("rules:", "input: yaml\n    rules:", "there is no input 'yaml' (there are json, form, xml"),
        ("environment: ci", "instance: ci", "$instance is defined twice, or is a name that is always there"),
    ],
)
def test_problem_is_told_where_it_is(wrong: str, right: str, expected: str) -> None:
    """One mistake in a good mapping gives a problem that says what, where, and the nearest right name."""
    found = problems(GOOD.replace(wrong, right), registry="r")
    assert any(expected in problem for problem in found), found


def test_all_problems_come_together_in_order() -> None:
    """Three mistakes are three problems, from the top of the file to its end."""
    text = GOOD.replace("[run]", "[run | nope]").replace("outcome: ${", "outcom: ${").replace("phase:", "phase | x:")
    found = problems(text, registry="r")
    assert [int(problem.split(":")[1]) for problem in found] == [8, 10, 14]


def test_required_field_cannot_be_left_out_or_optional() -> None:
    """A field that CDEvents requires is missed at load, whether it is not there or may be left out."""
    text = GOOD.replace("pipelinerun.finished", "pipelinerun.started").replace("outcome: ${status", "'uri?': ${status")
    found = problems(text, registry="r")
    assert any("pipelinerun.started requires 'pipelineName'" in problem for problem in found)
    assert any("pipelinerun.started requires 'uri': it cannot be left out" in problem for problem in found)


def test_nested_fields_are_checked() -> None:
    """An object inside the content is held against the vocabulary too."""
    text = GOOD.replace("pipelinerun.finished", "taskrun.started").replace(
        "outcome: ${status | table(outcome)}", "pipelineRun: {name: x}"
    )
    found = problems(text, registry="r")
    assert any("pipelineRun has no field 'name'" in problem for problem in found)
    assert any("pipelineRun requires 'id'" in problem for problem in found)


def test_variables_are_held_against_the_mapping() -> None:
    """A variable without a default must be set, and one that the mapping has not is refused."""
    assert any("the variable 'registry' must be set" in problem for problem in problems(GOOD))
    assert any(
        "no variable 'enviroment' (did you mean 'environment'?)" in problem
        for problem in problems(GOOD, registry="r", enviroment="x")
    )


def test_link_to_an_unknown_rule_is_refused() -> None:
    """A link names a rule of the file."""
    text = GOOD.replace("        subject:", "        links: [{path: doen}]\n        subject:")
    assert any("there is no rule 'doen' (did you mean 'done'?)" in problem for problem in problems(text, registry="r"))


@pytest.mark.parametrize("name", sorted(EVENTS))
def test_every_event_type_can_be_emitted(name: str) -> None:
    """The vocabulary and the compiler agree on every type: with its required fields filled it loads."""
    content = {key: _filled(field) for key, field in EVENTS[name].content.items() if field.required}
    spec = max(Spec.V0_5_1, specs(name)[0])
    assert problems(ONLY.format(spec=spec, name=name, content=content)) == []


ONLY = """
        cdevents: {spec}
        rules:
          only:
            emit: {name}
            id: [id]
            subject: {{id: "${{id}}", content: {content}}}
    """


def test_what_only_the_draft_has_is_for_mappings_that_say_so() -> None:
    """Neither an approval nor a link to what a domain itself names slips into a mapping of what is released."""
    [problem] = problems(ONLY.format(spec="0.5.1", name="approval.created", content={}))
    assert problem.endswith("CDEvents 0.5.1 has no 'approval.created' (the mapping may be written in 0.6.0-draft)")
    links = "links: [{domain: 'cdevents:v0:jira:::SHOP:issue:${id}', kind: causedBy}]"
    linked = ONLY.format(spec="0.5.1", name="build.started", content={}) + f"        {links}\n"
    [problem] = problems(linked)
    assert "CDEvents 0.5.1 has no links to a domain's own id" in problem
    assert problems(linked.replace("0.5.1", "0.6.0-draft")) == []


def _filled(field: Field) -> Any:
    if field.fields:
        return {key: _filled(inner) for key, inner in field.fields.items() if inner.required}
    return field.values[0] if field.values else "${id}"


CHOSEN = """
    cdevents: 0.5.1
    tables:
      done: {new: deployed, old: upgraded}
    rules:
      told:
        emit: service.${state | table(done)}
        id: [id]
        subject: {id: "${id}", content: {environment: {id: lab}, artifactId: "${id}"}}
"""


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        (
            "old: upgraded",
            "old: upgrade",
            "7:5: there is no CDEvent 'service.upgrade' (did you mean 'service.upgraded'?)",
        ),
        ("old: upgraded", "old: 7", "7:5: table done has a number '7' in it, which is no type"),
        ("old: upgraded", "old: removed", "9:62: service.removed has no field 'artifactId'"),
        ("table(done)", 'table(done, "lost")', "there is no CDEvent 'service.lost'"),
        ("table(done)", "table(don)", "there is no table 'don' (did you mean 'done'?)"),
        ("${state | table(done)}", "${state}", "'service.${state}' could be anything (one ${...} that ends in a table"),
        ("${state | table(done)}", "${state | table(done) | lower}", "could be anything"),
        ("${state | table(done)}", "${a | table(done)}${b | table(done)}", "could be anything"),
        ("${state | table(done)}", "${state", "'${' is not closed"),
        ("environment", "enviroment", "service.upgraded has no field 'enviroment'"),
        ("environment", "enviroment", "service.deployed has no field 'enviroment'"),
        (', artifactId: "${id}"', "", "service.upgraded requires 'artifactId'"),
    ],
)
def test_every_type_that_a_table_may_choose_is_checked(wrong: str, right: str, expected: str) -> None:
    """That there is one, and that the content is right for each; at the place of `emit` and of the content."""
    assert problems(CHOSEN) == []
    found = problems(CHOSEN.replace(wrong, right))
    assert any(expected in problem for problem in found), found

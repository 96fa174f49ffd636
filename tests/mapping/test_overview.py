"""What is read off a mapping for people."""

from __future__ import annotations

import pytest

from adapters.errors import ConfigError
from adapters.mapping.overview import Outcome, Overview, Variable
from adapters.mapping.overview import overview as overview_of
from adapters.yamlfile import parse

TEXT = """\
# Acme: its builds
# (acme.example.com).
#
# More of it.
cdevents: 0.5.1
variables:
  deploys: [a, b]                 # which jobs deploy
  must: null
ignore:
  - {kind: &beat heartbeat}       # says nothing
  - &old {kind: old}
rules:
  # Above it,
  # in two lines.
  built:
    when: {any: [{kind: built}, *old], "$deploys": {not: "1"}}
    split: {each: jobs, as: job, when: {job.name: {exists: true}, any: [{job.name: a}]}}
    emit: build.finished
    id: [job.name]
    subject: {id: "${job.name}"}

  all-else:   # whatever it is
    emit: dev.cdeventsx.acme-thing.happened.0.1.0
    id: [kind]
    subject: {id: "${kind}"}
"""


def overview(text: str, name: str) -> Overview:
    """The overview of a text."""
    return overview_of(parse(text, name))


def test_the_first_paragraph_is_what_it_is_about() -> None:
    """In one line, without what follows, and without what is for an editor."""
    assert overview(TEXT, "acme").about == "Acme: its builds (acme.example.com)."
    assert overview(f"# yaml-language-server: $schema=x\n{TEXT}", "acme").about.startswith("Acme")


def test_a_file_without_a_comment_is_about_nothing_said() -> None:
    """Its first line is no comment."""
    assert overview(TEXT.partition("it.\n")[2], "acme").about == ""


def test_variables_have_their_defaults_and_comments() -> None:
    """As YAML, on one line."""
    assert overview(TEXT, "acme").variables == [
        Variable("deploys", "[a, b]", "which jobs deploy"),
        Variable("must", "null", ""),
    ]


def test_outcomes_are_rules_and_then_what_is_ignored() -> None:
    """Conditions with aliases written out, a split's own among them; comments beside a name, or else above it."""
    assert overview(TEXT, "acme").outcomes == [
        Outcome(
            "any: [{kind: built}, {kind: old}], $deploys: {not: '1'}, job.name: {exists: true}, any: [{job.name: a}]",
            "Above it, in two lines.",
            "built",
            ["build.finished"],
            "jobs",
        ),
        Outcome("", "whatever it is", "all-else", ["dev.cdeventsx.acme-thing.happened.0.1.0"]),
        Outcome("kind: heartbeat", "says nothing"),
        Outcome("kind: old", ""),
    ]


def test_what_is_no_mapping_says_where() -> None:
    """As when it is loaded."""
    with pytest.raises(ConfigError, match="acme:1:1: 'rules' is missing"):
        overview("cdevents: 0.5.1\n", "acme")


def test_a_rule_may_emit_any_type_of_its_table() -> None:
    """Each once; what a lookup says is told as it is written, for it is not read."""
    text = TEXT.replace("build.finished", "build.${kind | table(done)}")
    assert overview(f"{text}tables: {{done: {{a: started, b: finished, c: started}}}}", "x").outcomes[0].emits == [
        "build.started",
        "build.finished",
    ]
    assert overview(text, "x").outcomes[0].emits == ["build.${kind | table(done)}"]

"""What is tried in the playground, and what comes of it: plain values, which go to another process and back."""

from __future__ import annotations

from typing import Any

from adapters.settings import AwareDatetime, Settings


class Given(Settings):
    """What a source in a configuration says of a notification that it heard, in place of the mapping's context."""

    instance: str
    variables: dict[str, Any] = {}
    received_at: AwareDatetime


class Attempt(Settings):
    """The mapping of a file as it is written now, and what a tool sent.

    `name` is what a file with this in it would be called, as one of the mapping's `inputs/`: its extension says how it
    is read, and `context.yaml` may say more of it.
    """

    mapping: str
    written: str
    name: str
    content: str
    given: Given | None = None


class Remark(Settings):
    """Something that is wrong, or was not made; with the `line` and `column`, from 1, of what is written, or 0."""

    message: str
    line: int = 0
    column: int = 0


class Made(Settings):
    """A CDEvent of 0.5.1 that came of it: its name and subject, and the whole of it as JSON."""

    name: str
    subject: str
    document: str


class Said(Settings):
    """What a rule, or an `ignore`, said of a record, which is counted from 1, as `mapping.explain.Answer` has it."""

    record: int
    rule: str
    verdict: str
    words: str


class Outcome(Settings):
    """What came of an attempt.

    `problems` are those of the mapping, for which it cannot be used; `errors` what could not be translated; `story`
    what each rule said of each record; `expected` what a golden expects of this input, if all of
    it was translated. `more` counts the events that are not told.
    """

    problems: tuple[Remark, ...] = ()
    errors: tuple[Remark, ...] = ()
    events: tuple[Made, ...] = ()
    more: int = 0
    story: tuple[Said, ...] = ()
    expected: str | None = None

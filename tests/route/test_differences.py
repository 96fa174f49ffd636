"""What is another between the events of two mappings."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cdevents.cloudevents import cdevents_message
from adapters.cdevents.document import document
from adapters.model import CDEvent, Encoding, Spec
from adapters.route import Rendered
from adapters.route.differences import Difference, Verdict, compared
from tests.route.conftest import event

TYPE = "dev.cdevents.pipelinerun.finished.0.3.0"


def rendered(*events: CDEvent, errors: tuple[str, ...] = (), unmatched: int = 0) -> Rendered:
    """What a route would publish of events."""
    documents = [document(each, Spec.V0_5_1) for each in events]
    messages = tuple(cdevents_message(each, Encoding.STRUCTURED, {}) for each in documents)
    return Rendered(messages, errors, 0, unmatched)


def changed(of: CDEvent, **members: Any) -> CDEvent:
    """An event that is another in some members."""
    return of._replace(**members)


ONE, TWO = event("one"), event("two")
LINKS = [{"linkType": "PATH", "from": {"contextId": "a"}}, {"linkType": "PATH", "from": {"contextId": "b"}}]
OTHER_LINKS = [LINKS[0], {"linkType": "END", "from": {"contextId": "b"}}]


@pytest.mark.parametrize(
    ("old", "new", "verdict", "differences"),
    [
        (rendered(ONE, TWO), rendered(ONE, TWO), Verdict.SAME, []),
        (rendered(ONE, TWO), rendered(TWO, ONE), Verdict.SAME, []),
        (rendered(), rendered(), Verdict.SAME, []),
        (rendered(ONE), rendered(), Verdict.ONLY_OLD, [("event only-old", f"{TYPE} of one", None)]),
        (rendered(), rendered(ONE), Verdict.ONLY_NEW, [("event only-new", None, f"{TYPE} of one")]),
        (rendered(ONE), rendered(ONE, TWO), Verdict.DIFFERENT, [("event only-new", None, f"{TYPE} of two")]),
        (
            rendered(ONE),
            rendered(changed(ONE, content={"outcome": "failure", "pipelineName": "shop"})),
            Verdict.DIFFERENT,
            [("subject.content.outcome", "success", "failure"), ("subject.content.pipelineName", None, "shop")],
        ),
        (
            rendered(ONE, TWO),
            rendered(ONE, changed(TWO, id="another")),
            Verdict.DIFFERENT,
            [("context.id", TWO.id, "another")],
        ),
        (
            rendered(ONE),
            rendered(changed(ONE, name="taskrun.finished", id="another")),
            Verdict.DIFFERENT,
            [("context.id", ONE.id, "another"), ("context.type", TYPE, "dev.cdevents.taskrun.finished.0.3.0")],
        ),
        (
            rendered(changed(ONE, links=LINKS)),
            rendered(changed(ONE, links=OTHER_LINKS)),
            Verdict.DIFFERENT,
            [("context.links[1].linkType", "PATH", "END")],
        ),
        (rendered(), rendered(unmatched=2), Verdict.DIFFERENT, [("unmatched", 0, 2)]),
        (
            rendered(ONE),
            rendered(errors=("m.yaml:1:2: no",)),
            Verdict.FAILED,
            [("error m.yaml:1:2", None, "m.yaml:1:2: no")],
        ),
        (rendered(ONE), rendered(ONE, errors=("x: no",)), Verdict.FAILED, [("error x", None, "x: no")]),
        (rendered(errors=("o: no",)), rendered(errors=("n: no",)), Verdict.SAME, []),
        (rendered(errors=("o: no",)), rendered(ONE), Verdict.ONLY_NEW, [("event only-new", None, f"{TYPE} of one")]),
    ],
)
def test_what_a_new_mapping_changes_is_told(
    old: Rendered, new: Rendered, verdict: Verdict, differences: list[tuple[str, Any, Any]]
) -> None:
    """A verdict, and each difference by its path; an event is compared with the one that is meant to be the same."""
    comparison = compared(old, new)
    assert comparison.verdict is verdict
    assert [*comparison.differences] == [Difference(*each) for each in differences]

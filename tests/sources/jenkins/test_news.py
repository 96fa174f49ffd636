"""What there is to tell of a build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.jenkins.news import news
from adapters.sources.jenkins.progress import NOTHING, Told

FACTS = {"url": "job/shop/1/", "job": "job/shop/", "number": 1, "pipeline": True, "started": 1}
END = {"finished": 9, "duration": 8, "result": "SUCCESS"}
BEGUN = {"id": "6", "name": "Build", "started": 2}
ENDED = {**BEGUN, "finished": 3, "status": "SUCCESS"}


def running(*stages: Mapping[str, Any]) -> dict[str, Any]:
    """A build that goes on."""
    return {**FACTS, "running": True, "stages": list(stages)}


def ended(*stages: Mapping[str, Any]) -> dict[str, Any]:
    """A build that is over."""
    return {**FACTS, **END, "running": False, "stages": list(stages)}


def told(builds: Iterable[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], Told]:
    """All documents of a build's states, one after the other."""
    documents: list[Mapping[str, Any]] = []
    marks = NOTHING
    for build in builds:
        tidings = news(build, marks)
        documents += tidings.documents
        marks = tidings.told
    return documents, marks


def occurrences(documents: Iterable[Mapping[str, Any]]) -> Counter[str]:
    """What the documents tell of."""
    found = Counter(document["event"] for document in documents if document["event"] != "progress")
    for document in documents:
        found.update(f"+{stage['id']}" for stage in document.get("stages_started", ()))
        found.update(f"-{stage['id']}" for stage in document.get("stages_finished", ()))
    return found


def test_a_build_that_is_over_is_told_at_once() -> None:
    """One document for its start, without what came later, and one for its end with all stages."""
    start, end = news(ended(ENDED), NOTHING).documents
    assert start == {"event": "started", **FACTS}
    assert end == {"event": "finished", **FACTS, **END, "stages_started": [ENDED], "stages_finished": [ENDED]}


def test_nothing_is_told_twice() -> None:
    """A build that has not changed has no news."""
    _, marks = told([running(BEGUN)])
    assert news(running(BEGUN), marks).documents == []


def test_stages_are_told_as_they_come() -> None:
    """Between start and end, a document for stages only."""
    documents, _ = told([running(), running(BEGUN), running(ENDED), ended(ENDED)])
    assert [document["event"] for document in documents] == ["started", "progress", "progress", "finished"]
    assert documents[1]["stages_started"] == [BEGUN]
    assert documents[2]["stages_finished"] == [ENDED]
    assert documents[3].keys() == {"event", *FACTS, *END}


def test_a_stage_that_was_skipped_is_not_told() -> None:
    """Nothing happened, so nothing is said, unless its start had been told already."""
    skipped = {**ENDED, "status": "NOT_EXECUTED"}
    assert occurrences(told([ended(skipped)])[0]) == {"started": 1, "finished": 1}
    assert occurrences(told([running(BEGUN), ended(skipped)])[0]) == {"started": 1, "+6": 1, "-6": 1, "finished": 1}


@given(seen=st.lists(st.integers(0, 6)))
def test_however_often_one_looks_each_occurrence_is_told_once(seen: list[int]) -> None:
    """Looking at any moments of a build's life tells the same in the end."""
    ids = ["6", "14", "20"]
    life = [{"id": each, "name": each, "started": 1} for each in ids]
    states = [
        running(
            *[{**stage, "finished": 2, "status": "SUCCESS"} for stage in life[: max(0, moment - 3)]],
            *life[max(0, moment - 3) : moment],
        )
        for moment in sorted(seen)
    ]
    documents, _ = told([*states, ended(*[{**stage, "finished": 2, "status": "SUCCESS"} for stage in life])])
    expected = ["started", "finished", *(f"+{each}" for each in ids), *(f"-{each}" for each in ids)]
    assert occurrences(documents) == Counter(expected)

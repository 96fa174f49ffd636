"""How far builds are told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.jenkins.progress import Progress, parse

_PROGRESS = st.builds(
    Progress,
    st.integers(0, 10**9),
    st.dictionaries(st.integers(1, 10**9), st.frozensets(st.text(st.characters(exclude_categories=["Cs"])))),
)


@given(progress=_PROGRESS)
def test_a_checkpoint_gives_the_progress_back(progress: Progress) -> None:
    """What is written is what is read."""
    assert parse(progress.text) == progress


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"top":"x","open":{}}', '{"top":1,"open":{"x":[]}}', "null"])
def test_a_text_of_another_form_is_no_progress(text: str) -> None:
    """A checkpoint that cannot be read tells everything again rather than nothing."""
    assert parse(text) == Progress()


def test_untold_is_what_is_new_or_still_open() -> None:
    """Builds that were told to their end are not told again, whatever order they ended in."""
    progress = Progress(top=5, open={3: frozenset({"started"})})
    assert progress.untold([1, 2, 3, 4, 5, 6, 8]) == [3, 6, 8]


def test_a_build_that_ends_leaves_the_checkpoint() -> None:
    """The checkpoint grows with the builds that run, not with those that ran."""
    progress = Progress()
    for number in range(1, 1001):
        progress = progress.after(number, frozenset({"started"}), ended=number != 7)
    assert progress == Progress(1000, {7: frozenset({"started"})})
    assert progress.after(7, frozenset(), ended=True).text == '{"top":1000,"open":{}}'


def test_a_build_that_is_gone_is_not_waited_for() -> None:
    """Deleted builds are forgotten, the others stay."""
    progress = Progress(9, {7: frozenset(), 9: frozenset()})
    assert progress.without([7]) == Progress(9, {9: frozenset()})

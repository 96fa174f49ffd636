"""What comes alone is rendered before its record is there, and published as if it had not been."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from adapters.model import Format, Record
from adapters.route import Foresight, Origin, Remembered, Rendered, renderer
from adapters.route.foresight import AHEAD
from adapters.route.rendered import Render
from tests.route.conftest import INSTANCE, Words, heard

ONE, OTHER = heard("one two"), heard("one two")._replace(position="2")


@dataclass
class Asked:
    """A rendering that counts what it is asked for."""

    of: Render
    records: list[Record] = field(default_factory=list)

    def pieces(self, record: Record, size: int) -> Iterator[Rendered]:
        """As it is asked."""
        self.records.append(record)
        return self.of.pieces(record, size)


@pytest.fixture
def words() -> Words:
    """A translator."""
    return Words()


@pytest.fixture
def foresight() -> Foresight:
    """Of one log."""
    return Foresight(Remembered())


@pytest.fixture(params=Format)
def asked(request: pytest.FixtureRequest, words: Words) -> Asked:
    """What a route of each format renders by."""
    return Asked(renderer(lambda _: Origin(INSTANCE, words), format_=request.param))


def test_what_was_rendered_ahead_is_not_rendered_again(foresight: Foresight, asked: Asked, words: Words) -> None:
    """It is the same as it would be without; a record that is read anew is rendered anew."""
    render = foresight.of(Render(asked.pieces))
    foresight.see(words, 7, [ONE])
    assert render(Record(7, ONE)) == asked.of(Record(7, ONE))
    assert len(asked.records) == 1
    assert render(Record(7, ONE)) == asked.of(Record(7, ONE))
    assert len(asked.records) == 2


@pytest.mark.parametrize("record", [Record(7, OTHER), Record(8, ONE)])
def test_a_record_that_turned_out_to_be_another_is_rendered_for_itself(
    foresight: Foresight, asked: Asked, words: Words, record: Record
) -> None:
    """As where the journal refused what was foreseen, and its number went to what came next."""
    render = foresight.of(Render(asked.pieces))
    foresight.see(words, 7, [ONE])
    assert render(record) == asked.of(record)
    assert asked.records[-1] == record


def test_what_was_made_by_a_mapping_that_changed_is_made_anew(asked: Asked, words: Words) -> None:
    """A dead letter that is tried again would not become what it became before."""
    revisions = [1]
    foresight = Foresight(Remembered(), lambda: revisions[-1])
    render = foresight.of(Render(asked.pieces))
    foresight.see(words, 7, [ONE])
    revisions.append(2)
    assert render(Record(7, ONE)) == asked.of(Record(7, ONE))
    assert len(asked.records) == 2


def test_pieces_are_made_as_they_are_asked_for(foresight: Foresight, asked: Asked, words: Words) -> None:
    """What was made ahead is one piece."""
    render = foresight.of(Render(asked.pieces))
    foresight.see(words, 7, [ONE])
    assert [*render.pieces(Record(7, ONE), 1)] == [*asked.of.pieces(Record(7, ONE), 1)]


def test_only_what_comes_alone_and_is_small_is_rendered_ahead(foresight: Foresight, asked: Asked, words: Words) -> None:
    """Others who wait to be acknowledged would wait for more."""
    foresight.of(Render(asked.pieces))
    foresight.see(words, 7, [ONE, OTHER])
    foresight.see(words, 7, [heard("x" * (AHEAD + 1))])
    assert not asked.records


def test_a_bug_that_is_met_ahead_is_met_again_by_who_can_tell_of_it(foresight: Foresight) -> None:
    """It neither ends the process nor hides."""

    def broken(_record: Record, _size: int) -> Iterator[Rendered]:
        raise ZeroDivisionError

    render = foresight.of(Render(broken))
    foresight.see(None, 7, [ONE])
    with pytest.raises(ZeroDivisionError):
        render(Record(7, ONE))

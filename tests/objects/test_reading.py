"""What comes in pieces is read as a file, and on from where the connection ended."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.objects.reading import ATTEMPTS, Reading


class Ended(Exception):
    """The connection did."""


class Source:
    """Content in pieces of a size, whose connection ends after so many of them; what it was asked for is noted."""

    def __init__(self, content: bytes, size: int, ends_after: int = 0) -> None:
        self.content, self.size, self.ends_after = content, size, ends_after
        self.asked: list[int] = []

    def pieces(self, offset: int) -> Iterator[bytes]:
        """As a store has it."""
        self.asked.append(offset)
        for count, at in enumerate(range(offset, len(self.content), self.size)):
            if self.ends_after and count == self.ends_after:
                raise Ended
            yield self.content[at : at + self.size]


@given(st.binary(max_size=300), st.integers(1, 40), st.integers(0, 3), st.lists(st.integers(1, 50), max_size=20))
def test_all_of_it_comes_once(content: bytes, size: int, ends_after: int, wanted: list[int]) -> None:
    """However large the pieces are, however it is read, and wherever a connection ends."""
    source = Source(content, size, ends_after)
    file = io.BufferedReader(Reading(source.pieces, len(content), Ended), 16)
    assert b"".join([*map(file.read, wanted), file.read()]) == content


@given(st.binary(min_size=1, max_size=300), st.integers(1, 40), st.data())
def test_it_is_read_from_any_place(content: bytes, size: int, data: st.DataObject) -> None:
    """What is passed over is not fetched."""
    source = Source(content, size)
    file = Reading(source.pieces, len(content), Ended)
    place = data.draw(st.integers(0, len(content)))
    assert file.seek(place) == file.tell() == place
    assert file.readall() == content[place:]
    assert source.asked in ([place], [])


def test_a_connection_that_only_ends_is_given_up() -> None:
    """After a few attempts that brought nothing, who reads is told."""
    asked: list[int] = []

    def pieces(offset: int) -> Iterator[bytes]:
        asked.append(offset)
        yield from ()
        raise Ended

    with pytest.raises(Ended):
        Reading(pieces, 5, Ended).read(1)
    assert asked == [0] * ATTEMPTS

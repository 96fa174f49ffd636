"""Routes of one log share its translations."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.mapping.translator import Translation
from adapters.model import Format, Notification, Record
from adapters.route import Origin, Remembered, renderer
from adapters.route.translation import LATEST, translated
from tests.route.conftest import INSTANCE, Words, heard


@dataclass
class Counting(Words):
    """Words that know what they have translated."""

    seen: list[bytes] = field(default_factory=list)

    def translate(self, notification: Notification) -> Translation:
        """What became of the words."""
        self.seen.append(notification.body)
        return super().translate(notification)


def test_routes_of_one_log_translate_a_record_once() -> None:
    """A legacy route and a CDEvents route publish the same as if each had translated it for itself."""
    words, remembered = Counting(), Remembered()
    for body, seq in (("one two", 1), ("!garbage", 2), ("e1", 3)):
        for format_ in Format:
            alone = renderer(lambda _: Origin(INSTANCE, Words()), format_=format_)
            shared = renderer(lambda _: Origin(INSTANCE, words), format_=format_, translate=remembered)
            assert shared(Record(seq, heard(body))) == alone(Record(seq, heard(body)))
    assert words.seen == [b"one two", b"!garbage", b"e1"]


def test_a_mapping_that_was_reloaded_is_another() -> None:
    """What the one before made of a record is not taken for the new one's."""
    old, new, remembered = Counting(), Counting(), Remembered()
    for words in (old, new, new, old):
        remembered(words, Record(1, heard("one")))
    assert (len(old.seen), len(new.seen)) == (2, 1)


def test_only_the_latest_are_remembered() -> None:
    """A long log does not fill the memory; what was forgotten is translated again."""
    words, remembered = Counting(), Remembered()
    for seq in [*range(LATEST + 1), LATEST, 0]:
        assert remembered(words, Record(seq, heard(str(seq)))) == translated(Words(), Record(seq, heard(str(seq))))
    assert (len(words.seen), words.seen[-1]) == (LATEST + 2, b"0")
    assert len(remembered._latest) == LATEST


def test_what_was_translated_ahead_is_taken_for_its_record_alone() -> None:
    """Not for another with the same words, nor by a mapping that was reloaded meanwhile."""
    old, new, remembered = Counting(), Counting(), Remembered()
    first, second = heard("one"), heard("one")._replace(position="2")
    remembered.ahead(old, first)
    for _ in range(2):  # routes
        assert remembered(old, Record(1, first)) == translated(Words(), Record(1, first))
    assert len(old.seen) == 1
    remembered(old, Record(2, second))
    remembered(new, Record(1, first))
    assert (len(old.seen), len(new.seen)) == (2, 1)

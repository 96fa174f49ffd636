"""Messages as NATS has them on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sinks.nats_frames import frame, header_block

command = pytest.importorskip("nats.protocol.command", reason="needs the extra nats")

_WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1)


@given(subject=_WORDS, value=st.text(st.characters(codec="utf-8")), body=st.binary())
def test_a_message_is_written_as_the_client_would(subject: str, value: str, body: bytes) -> None:
    """Whatever a header's value is, it ends no line; sizes are in bytes."""
    head = header_block({"x-team": value})
    assert b"".join(frame(subject, "_INBOX.a.1", head, body)) == command.hpub_cmd(subject, "_INBOX.a.1", head, body)
    assert head.count(b"\r") == head.count(b"\n") == len([b"NATS/1.0", b"x-team", b""])


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\nb", "\u00e9"])
def test_what_cannot_be_the_name_of_a_header_is_refused(name: str) -> None:
    """The reason has it."""
    with pytest.raises(ValueError, match="is no name of a header"):
        header_block({name: "x"})


@pytest.mark.parametrize("subject", ["", "a b", "a\r\nPUB b 0\r\n", "a\0"])
def test_what_would_be_more_than_a_subject_is_refused(subject: str) -> None:
    """Nothing in a name can be a command of its own."""
    with pytest.raises(ValueError, match="is no subject"):
        frame(subject, "_INBOX.a.1", b"", b"")

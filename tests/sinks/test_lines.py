"""A message as a line of text."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from adapters.model import Encoding, Format, Message
from adapters.sinks.lines import line
from tests.sinks.conftest import Make


def test_a_structured_message_is_one_event_a_line(make: Make) -> None:
    """JSON data that spans lines is embedded in one."""
    text = line(make(data=b'{\n  "a": 1\r\n}'))
    assert text.count(b"\n") == 1
    assert orjson.loads(text)["data"] == {"a": 1}


def test_a_raw_message_is_its_data_alone(make: Make) -> None:
    """Line breaks inside become spaces, so that a line stays an event."""
    assert line(make(encoding=Encoding.RAW, data=b"<a>\r\n<b/>\n</a>")) == b"<a> <b/> </a>\n"


@given(data=st.binary(), encoding=st.sampled_from([Encoding.STRUCTURED, Encoding.RAW]))
def test_any_data_makes_exactly_one_line(data: bytes, encoding: Encoding) -> None:
    """Whatever a tool sent, there is one line break, at the end."""
    attributes = {"id": "1", "datacontenttype": "application/json"}
    text = line(Message(Format.LEGACY, encoding, attributes, data))
    assert (text.count(b"\n"), text[-1:]) == (1, b"\n")

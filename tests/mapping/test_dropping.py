"""What a mapping drops is nowhere in what is kept, however it is written; all else is as it was."""

from __future__ import annotations

import json
import tracemalloc
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.bounds import MOST_VALUES
from adapters.mapping.dropping import Drop, steps
from adapters.mapping.framing import Framing
from adapters.model import DROPPED, Notification

SECRET = "hunter2x5kq"
OUTPUTS = {"type": "outputs", "outputs": {"key": {"sensitive": True, "value": SECRET}}}
CUT = json.dumps(OUTPUTS)[:-3]


def heard(body: bytes | str, headers: Any = MappingProxyType({})) -> Notification:
    """A notification."""
    data = body.encode() if isinstance(body, str) else body
    return Notification("tool", data, datetime(2026, 1, 2, tzinfo=UTC), headers)


def kept(
    body: bytes | str, *paths: str, lines: bool = False, unwrap: str = "", headers: Any = MappingProxyType({})
) -> Notification:
    """What is kept of a notification."""
    return Drop(paths, lines=lines, framing=Framing(), unwrap=unwrap)(heard(body, headers))


@pytest.mark.parametrize(
    ("path", "body", "rest"),
    [
        ("config", {"config": {"a": [1]}, "name": "x"}, {"name": "x"}),
        ("outputs.*.value", OUTPUTS, {"type": "outputs", "outputs": {"key": {"sensitive": True}}}),
        (
            "vars[*].value",
            {"vars": [{"key": "k", "value": "s"}, 7, {"key": "l"}]},
            {"vars": [{"key": "k"}, 7, {"key": "l"}]},
        ),
        ("vars[0]", {"vars": [1, 2]}, {"vars": [2]}),
        ("vars[*]", {"vars": [1, 2]}, {"vars": []}),
        ("*.value", {"a": {"value": 1}, "b": [{"value": 1}]}, {"a": {}, "b": [{"value": 1}]}),
        ("**.value", {"value": 1, "a": [{"b": {"value": 2, "c": 3}}]}, {"a": [{"b": {"c": 3}}]}),
        ('a."x.y/z"', {"a": {"x.y/z": 1, "x": 2}}, {"a": {"x": 2}}),
        ("value", {"value": None, "a": 1}, {"a": 1}),
        ("[*].value", [{"value": 1, "a": 2}], [{"a": 2}]),
        ("data.value", {"data": json.dumps({"data": {"value": 1, "a": 2}})}, {"data": '{"data":{"a":2}}'}),
    ],
)
def test_what_a_path_leads_to_is_gone(path: str, body: Any, rest: Any) -> None:
    """And nothing else; the header says which path it was."""
    found = kept(json.dumps(body), path)
    assert json.loads(found.body) == rest
    assert found.headers[DROPPED] == path


@pytest.mark.parametrize("body", [b' {"a": 1.50,\t"b": "\\u00e9"}\n', b'\xef\xbb\xbf{"a": 1}', b"", b'{"values": 1}'])
def test_what_has_none_of_it_is_kept_byte_for_byte(body: bytes) -> None:
    """It is the same notification."""
    found = heard(body)
    assert Drop(("value", "a.b", "a[0]"))(found) is found


@pytest.mark.parametrize(
    "line",
    [
        json.dumps(OUTPUTS),
        json.dumps({"log": json.dumps(OUTPUTS) + "\n", "stream": "stdout", "time": "2026-03-01T12:00:00.1Z"}),
        json.dumps({"MESSAGE": json.dumps(OUTPUTS), "__REALTIME_TIMESTAMP": "1772366400000000"}),
        "2026-03-01T12:00:00.1Z stdout F " + json.dumps(OUTPUTS),
        "<14>Mar  1 12:00:00 host tofu[42]: " + json.dumps(OUTPUTS),
        CUT,
        "2026-03-01T12:00:00.1Z stdout F " + CUT,
        f"2026-03-01T12:00:00.1Z stdout P {CUT}\n2026-03-01T12:00:00.2Z stdout F " + json.dumps(OUTPUTS)[-3:],
        "\n".join(
            json.dumps({"log": part, "stream": "stdout", "time": "2026-03-01T12:00:00.1Z"})
            for part in (CUT[:60], (json.dumps(OUTPUTS) + "\n")[60:])
        ),
        json.dumps(OUTPUTS).replace('"outputs": {', '"outputs": null, "outputs": {'),
    ],
)
def test_a_line_has_nothing_of_it_in_whatever_envelope(line: str) -> None:
    """Also one that was cut, or that a log has in pieces; the lines around it stay as they are."""
    found = kept(f"plain text\n{line}\nmore\n", "outputs.*.value", lines=True)
    assert SECRET.encode() not in found.body
    assert found.body.splitlines()[0] == b"plain text"
    assert found.body.endswith(b"\nmore\n")
    assert found.headers[DROPPED] in ("outputs.*.value", "all")


@pytest.mark.parametrize(
    "body",
    [
        CUT.encode(),
        f"secret: {SECRET}".encode(),
        b"[" * 100_000 + SECRET.encode(),
        json.dumps(OUTPUTS).encode("utf-16-le"),
        b"\xff" + json.dumps(OUTPUTS).encode(),
        b"[" + SECRET.encode() + b"," * (MOST_VALUES + 1),
    ],
)
def test_a_body_that_cannot_be_read_is_left_out_whole(body: bytes) -> None:
    """As it could hold anything, and would be kept as a dead letter."""
    found = kept(body, "outputs")
    assert SECRET.encode() not in found.body.replace(b"\0", b"")
    assert (found.headers[DROPPED], found.body) == ("all", f"[left out: {len(body)} bytes that are not JSON]".encode())


def test_the_field_of_a_form_is_looked_into() -> None:
    """It stays a form."""
    body = urlencode({"payload": json.dumps(OUTPUTS), "other": "x=1"})
    found = kept(body, "outputs", headers={"content-type": "application/x-www-form-urlencoded"})
    assert parse_qs(found.body.decode()) == {"payload": ['{"type":"outputs"}'], "other": ["x=1"]}


@pytest.mark.parametrize(
    ("body", "content_type", "lines"),
    [
        (SECRET.encode() + b"=1&" * 1_000_000, "application/x-www-form-urlencoded", False),
        (SECRET.encode() + b"\n" * 1_000_000, "text/plain", True),
        (b'{"a":' * 900 + f'"{SECRET}"'.encode() + b"}" * 900, "application/json", True),
    ],
)
def test_what_is_too_much_to_be_looked_into_is_left_out(body: bytes, content_type: str, lines: bool) -> None:
    """Fields, lines, or depth: before there are objects of them, which take many times the memory."""
    tracemalloc.start()
    try:
        found = kept(body, "**.outputs", lines=lines, headers={"content-type": content_type})
        assert tracemalloc.get_traced_memory()[1] < 3 * len(body) + (4 << 20)
    finally:
        tracemalloc.stop()
    assert (found.headers[DROPPED], SECRET.encode() in found.body) == ("all", False)


def test_an_envelope_is_unwrapped_as_for_the_mapping() -> None:
    """Paths begin where its own do."""
    assert kept(json.dumps({"body": OUTPUTS}), "outputs", unwrap="body").body == b'{"body":{"type":"outputs"}}'


def test_what_was_dropped_before_is_still_told() -> None:
    """By a mapping, and then by its source."""
    assert kept('{"a": 1, "b": 2}', "a", headers={DROPPED: "c"}).headers[DROPPED] == "a, c"


@pytest.mark.parametrize("path", ["", "a..b", ".a", "a.", "a.**", "**", "a[", "a[x]", "[0]b", "a b", 'a."'])
def test_what_is_no_path_is_refused(path: str) -> None:
    """And the message says what would be one."""
    with pytest.raises(ValueError, match=r"path|has to end in"):
        steps(path)


NAMES = st.sampled_from(["a", "b", "secret"])
VALUES = st.recursive(
    st.none() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
)


def _without(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(each) for key, each in value.items() if key != "secret"}
    return [_without(each) for each in value] if isinstance(value, list) else value


@given(VALUES.filter(lambda value: isinstance(value, dict | list)))
def test_at_any_depth_means_everywhere(value: Any) -> None:
    """Of any document nothing is left of that name, and all else is."""
    assert json.loads(kept(json.dumps(value), "**.secret").body) == _without(value)


@given(VALUES.filter(lambda value: isinstance(value, dict | list)))
def test_dropping_twice_is_dropping_once(value: Any) -> None:
    """So that what is heard again has the same bytes and the same id."""
    once = kept(json.dumps(value), "a.*", "**.secret")
    assert Drop(("a.*", "**.secret"))(once) == once

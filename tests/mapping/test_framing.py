"""Lines out of their envelopes, and the records that they are."""

from __future__ import annotations

import re
import time
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.mapping.framing import EACH_LINE, PATIENCE, Framing, Grouping
from tests.enveloped import ENVELOPES, TIME, cri, docker

LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=60)
MESSAGES = LINES.filter(lambda line: not line.startswith("\N{BOM}"))
"""Syslog takes a byte order mark away: with RFC 5424 it is no part of the message."""


def texts(body: bytes, framing: Framing | None = None) -> list[str]:
    """The texts of the records in a body."""
    return [text.decode() for text, _, _ in (framing or Framing()).records(body)]


def said(line: str, envelope: Any = "auto") -> dict[str, Any] | None:
    """What the envelope of the only line says."""
    [(_, number, found)] = Framing(envelope).records(line.encode())
    assert number == 1
    return found


def grouped(framing: Framing, lines: list[bytes]) -> list[list[bytes]]:
    """The lines as they must stay together."""
    groups: list[list[bytes]] = []
    grouping = Grouping(framing)
    for line in lines:
        if grouping.begins(line):
            groups.append([])
        groups[-1].append(line)
    return groups


@given(st.lists(MESSAGES, min_size=1), st.data())
def test_any_lines_in_any_envelopes_come_out_as_they_were(lines: list[str], draw: st.DataObject) -> None:
    """Each line in an envelope of its own choice, whole or in pieces; where a record begins, it is numbered."""
    chosen = [draw.draw(st.sampled_from([*ENVELOPES])) for _ in lines]
    pieces = [ENVELOPES[envelope](line) for envelope, line in zip(chosen, lines, strict=True)]
    records = Framing().records(b"\n".join(piece for each in pieces for piece in each))
    assert [text.decode() for text, _, _ in records] == lines
    assert [number for _, number, _ in records] == [1 + sum(map(len, pieces[:at])) for at in range(len(pieces))]


@given(st.lists(MESSAGES, min_size=1), st.sampled_from([*ENVELOPES]))
def test_what_must_stay_together_does(lines: list[str], envelope: str) -> None:
    """Cut where `Grouping` says, each part has whole records, and all of them have all."""
    pieces = [ENVELOPES[envelope](line) for line in lines]
    assert grouped(Framing(), [piece for each in pieces for piece in each]) == pieces


@given(st.lists(LINES, min_size=1), st.sampled_from(["auto", "none", "docker", "cri", "journald", "syslog"]))
def test_plain_lines_are_left_alone(lines: list[str], kind: Any) -> None:
    """Whichever envelope is looked for, what has none is as it stands."""
    plain = [line.replace("T", "t").replace("<", "(").replace("{", "(").replace(":", ";") for line in lines]
    plain[0] = plain[0].removeprefix("\N{BOM}")
    assert texts("\n".join(plain).encode(), Framing(kind)) == [line.rstrip("\r") for line in plain]


@given(st.binary(max_size=300), st.sampled_from(["auto", "docker", "cri", "journald", "syslog"]))
def test_hostile_lines_raise_nothing(body: bytes, kind: Any) -> None:
    """Any bytes are records, each numbered within the lines that there are."""
    assert all(1 <= number <= body.count(b"\n") + 1 for _, number, _ in Framing(kind, "a").records(body))
    assert sum(map(len, grouped(Framing(kind, "a"), body.split(b"\n")))) == body.count(b"\n") + 1


@example("9" * 5000, "PRIORITY")
@example("9" * 5000, "__REALTIME_TIMESTAMP")
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(["log", "stream", "time", "attrs", "MESSAGE", "__REALTIME_TIMESTAMP", "PRIORITY", "_PID"]),
)
def test_members_of_any_kind_raise_nothing(value: Any, member: str) -> None:
    """An envelope with one member of another kind is opened, or left alone."""
    for line in (docker("x")[0], ENVELOPES["journald"]("x")[0]):
        Framing().records(orjson.dumps(orjson.loads(line) | {member: value}))


@pytest.mark.parametrize(
    "line",
    [
        '{"log":"text\\n","stream":"stdout"}',
        '{"log":"text\\n","stream":"stdlog","time":"2026-03-01T12:00:00Z"}',
        '{"log":"text\\n","stream":"stdout","time":"yesterday"}',
        '{"log":"text\\n","stream":"stdout","time":"2026-03-01T12:00:00Z","level":"info"}',
        '{"log":{"a":1},"stream":"stdout","time":"2026-03-01T12:00:00Z"}',
        '{"log":"cut',
        '{"MESSAGE":"text"}',
        '{"MESSAGE":null,"__REALTIME_TIMESTAMP":"1772366400123456"}',
        '{"MESSAGE":[256],"__REALTIME_TIMESTAMP":"1772366400123456"}',
        '{"MESSAGE":"text","__REALTIME_TIMESTAMP":"9999999999999999999999"}',
        "2026-03-01T12:00:00.1Z stdin F text",
        "2026-03-01T12:00:00.1Z stdout X text",
        "2026-03-01T12:00:00 stdout F text",
        "2026-03-01T12:00:00.123+0000 [id=1] INFO hudson.WebAppMain#run: up",
        "2026-03-01T12:00:00Z build-7 failed: text",
        "Mar  1 12:00:00 build failed: text",
        "Mar 01, 2026 12:00:00 PM hudson.model.Run execute",
        "<13>text",
        "<a href='x'>text</a>",
        "<192>Mar  1 12:00:00 host-1 ci[42]: text",
        "<14>1 2026-03-01 host-1 ci 42 - - text",
        '<14>1 2026-03-01T12:00:00Z host-1 ci 42 - [a k="v] text',
        '192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1',
    ],
)
def test_what_merely_resembles_an_envelope_is_left_alone(line: str) -> None:
    """The line may be the program's own: it is opened only where it can be nothing else."""
    assert (texts(line.encode()), said(line)) == ([line], None)


def test_what_each_envelope_says() -> None:
    """Who wrote the line, where and when, by the same names whatever the envelope."""
    assert said(docker("x")[0].decode()) == {"kind": "docker", "time": TIME, "stream": "stdout"}
    assert said(cri("x")[0].decode()) == {"kind": "cri", "time": TIME, "stream": "stdout"}
    fields = orjson.loads(line := ENVELOPES["journald"]("x")[0])
    assert said(line.decode()) == {
        "kind": "journald",
        "time": "2026-03-01T12:00:00.123456Z",
        "host": "host-1",
        "program": "ci",
        "pid": "42",
        "unit": "ci.service",
        "severity": 6,
        "fields": fields,
    }
    writer = {"kind": "syslog", "host": "host-1", "program": "ci", "pid": "42"}
    user_info = {"facility": 1, "severity": 6}
    assert said("<14>Mar  1 12:00:00 host-1 ci[42]: x") == writer | user_info | {"clock": "Mar  1 12:00:00"}
    assert said(r'<14>1 2026-03-01T12:00:00.5Z host-1 ci 42 start [a@1 k="\"]\\" l="]"][b] x') == writer | user_info | {
        "time": "2026-03-01T12:00:00.5Z",
        "id": "start",
        "data": {"a@1": {"k": '"]\\', "l": "]"}, "b": {}},
    }
    assert said("<14>1 - - - - - - x") == {"kind": "syslog"} | user_info


def test_labels_of_kubernetes_name_the_pod() -> None:
    """Docker tells of them where its log driver was asked to."""
    labels = {"io.kubernetes.pod.name": "ci-0", "io.kubernetes.container.name": "controller", "tier": "ci"}
    found = said(orjson.dumps({"log": "x\n", "stream": "stderr", "attrs": labels, "time": TIME}).decode())
    assert found
    assert (found["pod"], found["container"], found["attrs"]) == ("ci-0", "controller", labels)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", "Use the BFG!"),
        ("<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "'su root' failed"),
        ("<30>Mar  1 12:00:00 docker/ci[7]: x", "x"),
        ("<30>2026-03-01T12:00:00+01:00 host-1 ci[7]: x", "x"),
        ("<30>Mar  1 12:00:00 2001:db8::1 ci: x", "x"),
        ("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time.", "%% It's time."),
        ("<34>1 2003-10-11T22:14:15.003Z m su - ID47 - \N{BOM}'su root' failed", "'su root' failed"),
        ("<34>1 2003-10-11T22:14:15.003Z m su - ID47 -", ""),
    ],
)
def test_forms_of_syslog(line: str, text: str) -> None:
    """The examples of RFC 3164 and 5424, and what Go's log/syslog and Docker's driver send."""
    assert texts(line.encode()) == [text]


def test_syslog_without_a_process_is_taken_on_request() -> None:
    """Nothing of it is syslog's alone: a program may begin its own lines so."""
    line = "Mar  1 12:00:00 host-1 kernel: up"
    assert said(line) is None
    assert said(line, "syslog") == {"kind": "syslog", "clock": "Mar  1 12:00:00", "host": "host-1", "program": "kernel"}


def test_envelopes_that_were_not_asked_for_stay() -> None:
    """A mapping of the envelope itself says `none`; of one envelope, another one's lines are plain."""
    line = docker("x")[0].decode()
    assert texts(line.encode(), Framing("none")) == texts(line.encode(), Framing("cri")) == [line]


def test_records_of_several_lines_in_envelopes() -> None:
    """Where one begins is told by the line itself; what another stream writes between its lines is not of it."""
    lines = ["out F 1 begins", "err F 2 begins", "out F  at a", "err P  at ", "out F", "err F b", "out F 3 begins"]
    body = "\n".join(f"{TIME} std{line}" for line in lines).encode()
    framing = Framing(start=r"\d")
    assert texts(body, framing) == ["1 begins\n at a", "2 begins\n at b", "3 begins"]
    assert [b"\n".join(group) for group in grouped(framing, body.split(b"\n"))] == [
        f"{TIME} stdout F 1 begins".encode(),
        b"\n".join(body.split(b"\n")[1:6]),
        body.split(b"\n")[6],
    ]


def test_pieces_of_two_streams_between_one_another() -> None:
    """Each stream's own are put together, in the order in which their lines began."""
    out, err = cri("a" * 40), [re.sub(b"stdout", b"stderr", line) for line in cri("b" * 40)]
    mixed = [line for pair in zip(out, err, strict=True) for line in pair]
    assert texts(b"\n".join(mixed)) == ["a" * 40, "b" * 40]
    assert grouped(Framing(), [*mixed, *cri("c")]) == [mixed, cri("c")]


def test_a_rest_that_never_comes_is_not_waited_for() -> None:
    """A container that was killed within a line must not hold back all that the next one writes."""
    piece = cri("a" * 40)[0]
    others = [b"%s stderr F %d" % (TIME.encode(), number) for number in range(PATIENCE * 2)]
    assert [len(group) for group in grouped(Framing(), [piece, *others])][:2] == [PATIENCE + 1, 1]
    assert grouped(Framing(), [piece, b"plain", b"plain"]) == [[piece], [b"plain"], [b"plain"]]
    assert texts(b"\n".join([piece, b"plain"])) == ["a" * 16, "plain"]


def test_a_line_in_very_many_pieces_takes_no_more_time_than_they_do() -> None:
    """A program that never ends its line must not hold up the sidecar: what is there is put together once."""
    pieces = [cri("a" * 40)[0]] * 200_000
    begun = time.process_time()
    assert [len(text) for text, _, _ in Framing().records(b"\n".join(pieces))] == [16 * 200_000]
    assert time.process_time() - begun < 20


def test_each_line_is_a_record_where_no_mapping_says_otherwise() -> None:
    """What is no mapping of lines knows no envelopes."""
    lines = docker("a" * 40)
    assert grouped(EACH_LINE, lines) == [[line] for line in lines]

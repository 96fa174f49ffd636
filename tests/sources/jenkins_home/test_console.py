"""Stages, from the log."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sources.jenkins_home import console
from adapters.sources.jenkins_home.stages import Stages
from tests.sources.jenkins_home.homes import STARTED, Home, build, note


def line(text: str, identity: str, start: str | None = None, *, mac: bool = True) -> bytes:
    """A line of the log as workflow-job writes it."""
    return note(identity, start=start, mac=mac) + f"[Pipeline] {text}".encode()


@pytest.mark.parametrize("mac", [True, False])
def test_notes_name_the_nodes(mac: bool) -> None:
    """The stages have the ids of their nodes, with and without a signature; parallel ones do not get mixed up."""
    found = console.stages([
        line("stage", "5", mac=mac),
        line("{ (Build (all))", "6", mac=mac),
        line("{ (Test)", "7", mac=mac),
        b"make: *** no rule",
        line("}", "12", "6", mac=mac),
        line("// stage", "13", "5", mac=mac),
    ])  # fmt: skip
    assert found == [{"id": "6", "name": "Build (all)", "ended": True}, {"id": "7", "name": "Test", "ended": False}]


def test_timestamps_in_the_log_are_the_stages_times() -> None:
    """Where `timestamps` is on, each line begins with its time, in UTC."""
    times = b"[2026-01-01T00:00:06.500Z] ", b"[2026-01-01T00:01:00.000Z] "
    (found,) = console.stages([times[0] + line("{ (Build)", "6"), times[1] + line("}", "9", "6")])
    assert (found["started"], found["finished"]) == (STARTED + 6500, STARTED + 60000)


def test_a_line_without_its_note_is_what_anybody_may_print() -> None:
    """A build that echoes `[Pipeline] { (Deploy)` has no such stage."""
    assert console.stages([b"[Pipeline] { (Deploy)", b"\x1b[8mha:AAAA\x1b[0m[Pipeline] { (Deploy)"]) == []


def test_notes_are_stripped() -> None:
    """What people see is left."""
    assert console.stripped(b"Started by user " + note("1") + b"Ada") == b"Started by user Ada"


@given(data=st.binary())
def test_no_bytes_break_it(data: bytes) -> None:
    """Whatever is in a note or beside it, it is read over."""
    console.stages([data, b"[Pipeline] { (x)" + data, b"\x1b[8mha:" + data + b"\x1b[0m[Pipeline] { (x)"])


@given(cut=st.integers(0, 400), flip=st.integers(0, 400))
def test_no_broken_note_breaks_it(cut: int, flip: int) -> None:
    """A note cut short, or with a byte changed, is no note."""
    whole = line("{ (Build)", "6")
    changed = whole[:flip] + b"A" + whole[flip + 1 :]
    console.stages([whole[:cut] + b"[Pipeline] {", changed])


@pytest.mark.parametrize(("result", "status"), [("SUCCESS", {"status": "SUCCESS"}), ("FAILURE", {})])
def test_a_log_without_times_gets_the_builds(home: Home, result: str, status: dict[str, str]) -> None:
    """How a stage ended the log does not say: only where all went well is it known."""
    log = b"\n".join([line("{ (Build)", "6"), line("}", "9", "6")])
    directory = build(home.job("web"), 1, log=log)
    known = {"running": False, "started": 1, "finished": 2, "result": result}
    assert Stages(1 << 20).read(str(directory), known) == [
        {"id": "6", "name": "Build", "started": 1, "finished": 2, **status}
    ]

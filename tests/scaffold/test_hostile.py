"""Whatever a tool said, what is proposed of it is a mapping that its own examples agree with, or a reason."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters import goldens
from adapters.errors import ConfigError, JournalUnavailable
from adapters.scaffold.folder import scaffold
from adapters.scaffold.samples import read
from tests.checkout import SAMPLES, needs_samples


def _words(text: str) -> list[str]:
    return text.split()


HOSTILE = _words(
    """a.b quo"te it's no yes null ~ on true 1 # {} ${x} $x Ünïcödé 日本 back\\slash ] * &a !t % @id ? | >"""
)
HOSTILE += ["- x", "a: b", "a b", "\u2028", "\ud7ff", "\x00", "\x1b[31m"]
TELLING = _words("id status state result conclusion event type kind name url started_at finished_at build run commit")
TELLING += _words("branch ref image environment success alerts number time item line")
VALUES = _words("success FAILED running queued done build_finished 2026-01-02T03:04:05Z main ${id} $${ NaN - 5/4/2026")
VALUES += ["https://ci.example.com/1", "http://[::1", "0001-01-01T00:00:00Z", "8f6c3d1f" * 5, "refs/heads/main"]
VALUES += ["r.example.com/a/b@sha256:" + "0" * 64, "rolled back", "", " ", "a: b # c", "\n", "x" * 300]
texts = st.sampled_from([*HOSTILE, *VALUES]) | st.text(max_size=8)
names = st.sampled_from([*TELLING, *TELLING, *HOSTILE]) | st.text(max_size=6)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | texts
scalars |= st.sampled_from([1767312000, 1767312000123, 0, -1])
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=6), max_leaves=25
)

lines = st.text(max_size=60) | st.sampled_from(VALUES).map("2026-01-02 03:04:05 [x] job a: {}".format)
NAMES = ["a.json", "a.xml", "a.http", "a.ndjson", "a.csv", "a.txt", "a", ".hidden"]


def proposed(folder: Path, *files: tuple[str, bytes]) -> str:
    """The text of a mapping that passes `check`."""
    (folder / "said").mkdir()
    for name, content in files:
        (folder / "said" / name).write_bytes(content)
    samples = read([folder / "said" / name for name, _ in files])
    made = scaffold(folder / "made", samples, tool="acme", instance="https://acme.example.com/", head=["Acme"])
    assert goldens.check(goldens.run(folder / "made")) == []
    assert made.text == (folder / "made" / "mapping.yaml").read_text(encoding="utf-8")
    return made.text


def written(value: Any) -> bytes:
    """As JSON, of which what has half a character in it is none."""
    return orjson.dumps(value)


@settings(max_examples=200, deadline=None)
@given(st.lists(documents, min_size=1, max_size=4))
@example([{"": "", "a": {"": 1}}])
@example([[], {}])
@example([{"id": 1, "status": "success"}] * 2)
@example([{"event": "a", "id": 1, "state": "ok"}, {"event": 7, "id": 2, "state": {"is": "ok"}}])
@example([[{"id": 1, "status": "ok"}], {"id": 1, "status": "ok"}])
@example([{"status": True, "success": True, "id": "x", "item": 1, "entry": 2, "element": 3, "alerts": [{"id": 1}]}])
def test_any_json_is_a_mapping(said: list[Any]) -> None:
    """With events that are valid, whatever keys and values there are; nothing is left beside it."""
    with tempfile.TemporaryDirectory() as place:
        proposed(Path(place), *((f"{number}.json", written(each)) for number, each in enumerate(said)))
        assert {each.name for each in Path(place).iterdir()} == {"said", "made"}


@settings(max_examples=100, deadline=None)
@given(st.lists(lines, min_size=1, max_size=5))
def test_any_lines_are_a_mapping(said: list[str]) -> None:
    """Or are refused, where they begin as JSON or as XML, or there is nothing in them."""
    with tempfile.TemporaryDirectory() as place:
        try:
            proposed(Path(place), ("a.log", "\n".join(said).encode("utf-8", "replace")))
        except ConfigError as error:
            assert error.problems
            assert not (Path(place) / "made").exists()


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(["a.json", "a.xml", "a.http", "a.ndjson", "a.csv", "a.txt", "a", ".hidden"]),
)
@example(b"SQLite format 3\0", "a.json")
def test_any_bytes_are_a_mapping_or_refused(content: bytes, name: str) -> None:
    """With a reason."""
    with tempfile.TemporaryDirectory() as place:
        try:
            proposed(Path(place), (name, content))
        except (ConfigError, JournalUnavailable) as error:
            assert str(error)
            assert not (Path(place) / "made").exists()


def test_ten_thousand_fields(tmp_path: Path) -> None:
    """What tells of a run is still found."""
    said = {"id": 7, "status": "success", **{f"field {number}": number for number in range(10_000)}}
    assert "outcome: {success: success}" in proposed(tmp_path, ("large.json", written(said)))


@needs_samples
@pytest.mark.parametrize("tool", sorted(each.name for each in SAMPLES.iterdir()) if SAMPLES.is_dir() else [])
def test_what_real_tools_said_is_a_mapping(tool: str, tmp_path: Path) -> None:
    """Each of the collected payloads, by itself; what is no JSON on purpose is told so."""
    for number, file in enumerate(sorted(each for each in (SAMPLES / tool).rglob("*") if each.is_file())):
        if file.suffix in (".json", ".ndjson", ".xml", ".log") and file.stat().st_size < 1 << 18:
            (place := tmp_path / str(number)).mkdir()
            try:
                proposed(place, (file.name, file.read_bytes()))
            except ConfigError as error:
                assert re.search("is not JSON|nothing in it", str(error)), file


def test_a_form_that_cannot_be_read_names_its_file(tmp_path: Path) -> None:
    """Bytes that are no text are a reason, and no traceback."""
    head = b"POST / HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\n\r\n"
    with pytest.raises(ConfigError, match="the body is not a form"):
        proposed(tmp_path, ("a.http", head + b"a=\x80"))

"""What an archive is, how it is shared out, and how each of its pieces is read."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from adapters.errors import ConfigError
from adapters.mapping import Framing
from adapters.model import FILE
from adapters.reading.lines import LONGEST, Place
from adapters.reading.units import LARGEST, Lines, Unit, unit
from adapters.replay.archive import Shard, archive, share
from tests.enveloped import ENVELOPES, enveloped


def bodies(units: list[Unit]) -> list[bytes]:
    """Every notification of some units, in order."""
    return [item.notification.body for each in units for item in each.read("s", Place())]


def test_inputs_are_files_folders_and_globs_each_once(tmp_path: Path) -> None:
    """Whatever names a file, it is read once; hidden files of a folder are not."""
    for name in ("a.ndjson", "sub/b.json", "sub/.hidden.json", "c.log"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("{}")
    found = archive([str(tmp_path / "sub"), str(tmp_path / "*.ndjson"), str(tmp_path / "a.ndjson")])
    assert [each.name for each in found] == [str(tmp_path / "a.ndjson"), str(tmp_path / "sub/b.json")]


def test_nothing_of_a_name_is_a_problem(tmp_path: Path) -> None:
    """An input that is nothing is told, not skipped."""
    with pytest.raises(ConfigError, match="there is no such file or folder"):
        archive([str(tmp_path / "no*")])


@pytest.mark.parametrize("name", ["x.ndjson", "x.ndjson.gz", "x.jsonl.zst", "x"])
def test_lines_are_notifications_with_their_place(tmp_path: Path, name: str) -> None:
    """Blank lines are none, the last line needs no end, and compression changes nothing."""
    text = b'{"a": 1}\r\n\n{"a": 2}\n  {"a": 3}'
    path = tmp_path / name
    compressed = {".gz": gzip.compress(text), ".zst": zstd.compress(text)}
    path.write_bytes(compressed.get(path.suffix, text))
    items = list(unit(path).read("s", Place()))
    assert [item.notification.body for item in items] == [b'{"a": 1}', b'{"a": 2}', b'  {"a": 3}']
    assert [unit(path).where(item.line) for item in items] == [f"{path}:1", f"{path}:3", f"{path}:4"]
    assert items[-1].after == Place(len(text), 5)


@pytest.mark.parametrize("name", ["x.json", "x.xml.gz", "x.tap"])
def test_documents_are_one_notification(tmp_path: Path, name: str) -> None:
    """A file of one document is read whole, over all its lines."""
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"{\n}\n") if path.suffix == ".gz" else b"{\n}\n")
    assert bodies([unit(path)]) == [b"{\n}\n"]


def test_a_document_says_which_file_it_is(tmp_path: Path) -> None:
    """A mapping may read from its path what is not in it, such as the build whose folder it is in."""
    path = tmp_path / "jobs/shop/builds/7/report.xml"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<testsuites/>")
    (only,) = [item.notification for each in archive([str(path)]) for item in each.read("s", Place())]
    assert only.headers == {FILE: str(path)}


def test_equal_lines_of_text_have_positions_and_equal_documents_have_none(tmp_path: Path) -> None:
    """A log may say one thing twice; the same notification recorded twice is one."""
    for name, count in (("x.log", 2), ("x.ndjson", 1)):
        (tmp_path / name).write_bytes(b"same\nsame\n")
        positions = {item.notification.position for item in unit(tmp_path / name).read("s", Place())}
        assert len(positions) == count


def test_endless_line_costs_bounded_memory(tmp_path: Path) -> None:
    """Of a line beyond the limit the beginning is read, and the line after it is whole."""
    path = tmp_path / "x.log"
    path.write_bytes(b"x" * (LONGEST * 2) + b"\nnext\n")
    first, second = unit(path).read("s", Place())
    assert len(first.notification.body) == LONGEST
    assert (second.notification.body, second.line) == (b"next", 2)


@given(
    lines=st.lists(st.integers(0, 40).map(lambda n: b"%d" % n * (n % 7 + 1)), max_size=30),
    count=st.integers(1, 7),
    ends=st.booleans(),
)
def test_shares_together_are_the_archive(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], count: int, ends: bool
) -> None:
    """However many shards, each line is in exactly one, in order, and knows its number."""
    folder = tmp_path_factory.mktemp("archive")
    half = len(lines) // 2
    for name, part in (("a", lines[:half]), ("b", lines[half:]), ("c", [])):
        (folder / name).write_bytes(b"\n".join(part) + (b"\n" if ends and part else b""))
    units = archive([str(folder)])
    whole = [(each.where(item.line), item.notification.body) for each in units for item in each.read("s", Place())]
    shared = [
        (each.where(item.line), item.notification.body)
        for index in range(count)
        for each in share(units, Shard(index, count))
        for item in each.read("s", Place())
    ]
    assert shared == whole
    assert len(whole) == len(lines)


def test_reading_goes_on_from_any_place(tmp_path: Path) -> None:
    """What is read from the place after an item is what came after it, in a part of a file too."""
    path = tmp_path / "x"
    path.write_bytes(b"".join(b"%d\n" % number for number in range(100)))
    for each in (unit(path), Lines(path, 290).between(37, 201)):
        items = list(each.read("s", Place()))
        for index, item in enumerate(items):
            assert list(each.read("s", item.after)) == items[index + 1 :]


@given(
    lines=st.lists(st.integers(0, 99).map(lambda n: f"{n}" + " line" * (n % 9)), min_size=1, max_size=20),
    envelope=st.sampled_from([*ENVELOPES]),
    start=st.sampled_from([None, "[5-9]"]),
    count=st.integers(1, 7),
)
def test_no_share_cuts_a_record(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], envelope: str, start: str | None, count: int
) -> None:
    """Pieces of a line, and lines of one record, are one notification, in exactly one shard."""
    path = tmp_path_factory.mktemp("archive") / "x.log"
    path.write_bytes(enveloped(envelope, "\n".join(lines).encode()) + b"\n")
    framing = Framing(start=start)
    units = archive([str(path)], framing)
    whole = [item for each in units for item in each.read("s", Place())]
    shared = [
        item for index in range(count) for each in share(units, Shard(index, count)) for item in each.read("s", Place())
    ]
    assert shared == whole
    records = [text for item in whole for text, _, _ in framing.records(item.notification.body)]
    assert records == [text for text, _, _ in framing.records(path.read_bytes().strip())]
    assert len(records) == len(whole)


def test_a_record_that_never_ends_is_cut(tmp_path: Path) -> None:
    """A pattern that nothing matches must not read all of a file at once."""
    path = tmp_path / "x.log"
    path.write_bytes((b"x" * (1 << 20) + b"\n") * 40)
    sizes = [len(item.notification.body) for item in unit(path, Framing(start="y")).read("s", Place())]
    assert len(sizes) == 3
    assert max(sizes) <= LONGEST


def test_a_link_out_of_what_is_named_is_refused(tmp_path: Path) -> None:
    """In a folder or behind a glob, to a file or through a linked folder; what leads within what is named is read."""
    (logs := tmp_path / "logs").mkdir()
    (secrets := tmp_path / "secrets").mkdir()
    (secrets / "token.log").write_text("secret\n")
    (logs / "honest.log").write_text("honest\n")
    (logs / "link.log").symlink_to(secrets / "token.log")
    (logs / "linked").symlink_to(secrets)
    (logs / "environ.json").symlink_to("/proc/self/environ")
    for inputs in ([str(logs)], [f"{logs}/*.log", f"{logs}/*/*.log", f"{logs}/environ.*"]):
        said = [read(each) for each in archive(inputs)]
        assert [each for each in said if isinstance(each, bytes)] == [b"honest"]
        refusals = [each for each in said if not isinstance(each, bytes)]
        assert refusals
        assert all("name it as an input of its own" in each or "nothing is read of /proc/" in each for each in refusals)
    assert {read(each) for each in archive([str(logs), str(secrets)])} >= {b"honest", b"secret"}


def read(each: Unit) -> bytes | str:
    """What a unit has, or why nothing of it is read."""
    try:
        return b"".join(item.notification.body for item in each.read("s", Place()))
    except OSError as error:
        return str(error)


@pytest.mark.parametrize("name", ["/proc/self/environ", "/dev/zero"])
def test_what_is_no_file_of_anybody_is_refused_by_name_too(name: str) -> None:
    """Not even who names it gets it into events."""
    with pytest.raises((OSError, ConfigError)):
        list(archive([name])[0].read("s", Place()))


def test_a_pipe_in_a_folder_stops_nobody(tmp_path: Path) -> None:
    """It is no file, and nobody waits for who writes to it."""
    os.mkfifo(tmp_path / "pipe.log")
    (tmp_path / "a.log").write_text("one\n")
    assert bodies(archive([str(tmp_path)])) == [b"one"]


@pytest.mark.parametrize("name", ["bomb.json.gz", "bomb.xml.zst"])
def test_a_bomb_is_refused_before_it_is_in_memory(tmp_path: Path, name: str) -> None:
    """A document that is small only while it is compressed."""
    pack = gzip.compress if name.endswith(".gz") else zstd.compress
    (tmp_path / name).write_bytes(pack(bytes(LARGEST + 1)))
    with pytest.raises(ValueError, match="more than 64 MiB"):
        list(unit(tmp_path / name).read("s", Place()))

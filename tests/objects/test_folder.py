"""Files as objects: what is listed, and what is never read, whatever a link says."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import obstore
import pytest
from obstore.store import from_url

from adapters.objects import Address, Stores
from tests.objects.test_stores import content

Read = Callable[..., dict[str, bytes | str]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What all below a folder is, by names: its bytes, or why it is not read."""

    def read(pattern: str = "in/") -> dict[str, bytes | str]:
        result: dict[str, bytes | str] = {}
        with Stores() as stores:
            for each in stores.listed(Address.of(f"file://{tmp_path}/{pattern}")):
                try:
                    result[each.key.rpartition("/")[2]] = content(each)
                except OSError as error:
                    result[each.key.rpartition("/")[2]] = str(error)
        return result

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.json").write_bytes(b"1")
    (tmp_path / "secret").write_bytes(b"hunter2")
    return read


def test_a_link_is_followed_within_what_is_named(tmp_path: Path, read: Read) -> None:
    """Who may write into a folder has nothing else of this machine published; it is told, and the rest is read."""
    (tmp_path / "in" / "out.json").symlink_to(tmp_path / "secret")
    (tmp_path / "in" / "within.json").symlink_to("a.json")
    (tmp_path / "in" / "gone.json").symlink_to("nowhere")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    found = read()
    assert found.keys() == {"a.json", "out.json", "within.json"}
    assert (found["a.json"], found["within.json"]) == (b"1", b"1")
    assert f"it leads to {tmp_path}/secret, which is not read" in str(found["out.json"])
    assert read("in/out.json") == {"out.json": b"hunter2"}  # it is asked for


def test_a_link_that_leads_round_in_a_circle_hides_no_other(tmp_path: Path, read: Read) -> None:
    """Nor does one through a file: it is told by itself, as what cannot be opened."""
    (tmp_path / "in" / "round.json").symlink_to("round.json")
    (tmp_path / "in" / "through.json").symlink_to("a.json/x")
    found = read()
    assert found.pop("a.json") == b"1"
    assert found == {
        "round.json": "it cannot be opened: Too many levels of symbolic links",
        "through.json": "it cannot be opened: Not a directory",
    }


def test_what_kubernetes_mounts_is_read_through_its_links(tmp_path: Path, read: Read) -> None:
    """A ConfigMap's files are links to a folder that is a link, and that is another one after a change."""
    for number in (1, 2):
        (tmp_path / "in" / f"..{number}").mkdir()
        (tmp_path / "in" / f"..{number}" / "k.json").write_bytes(b"%d" % number)
    (tmp_path / "in" / "..data").symlink_to("..1")
    (tmp_path / "in" / "k.json").symlink_to("..data/k.json")
    assert read("in/k.json") == read("in/..data/") == {"k.json": b"1"}
    (tmp_path / "in" / "..data").unlink()
    (tmp_path / "in" / "..data").symlink_to("..2")
    assert read("in/k.json") == read("in/..data/") == {"k.json": b"2"}


def test_a_link_that_is_made_after_it_was_listed_leads_nowhere(tmp_path: Path) -> None:
    """What is opened is what was listed."""
    (file := tmp_path / "a").write_bytes(b"1")
    (tmp_path / "secret").write_bytes(b"2")
    with Stores() as stores:
        [found] = stores.listed(Address.of(f"file://{file}"))
        file.unlink()
        file.symlink_to("secret")
        with pytest.raises(OSError, match="changed after it was listed"):
            content(found)


def test_a_name_that_is_no_text_hides_no_other(tmp_path: Path, read: Read) -> None:
    """It is told by itself."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/in/b\xff.json")).write_bytes(b"2")
    assert read() == {"a.json": b"1", "b\\xff.json": "its name is not UTF-8, and no object's: rename it"}


def test_what_is_no_regular_file_is_none(tmp_path: Path, read: Read) -> None:
    """A pipe is not waited for, and nothing is read of processes."""
    os.mkfifo(tmp_path / "in" / "pipe")
    assert read() == {"a.json": b"1"}
    with Stores() as stores:
        [found] = stores.listed(Address.of("file:///proc/self/environ"))
        assert content(found) == b""


def test_versions_are_those_of_object_store(tmp_path: Path) -> None:
    """Checkpoints that have one know the file again."""
    (file := tmp_path / "a b é+%25#?.json").write_bytes(b"12345")
    meta = obstore.list(from_url("file:///"), prefix=str(tmp_path)[1:]).collect()[0]
    with Stores() as stores:
        [found] = stores.listed(Address.of(f"file://{tmp_path}/"))
    assert (found.key, found.version, found.size) == (meta["path"], meta["e_tag"], meta["size"])
    assert found.modified == meta["last_modified"]
    assert f"/{found.key}" == str(file)

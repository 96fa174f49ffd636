"""Stores of objects as they are: a folder, and an SFTP server. Those of clouds are in tests/real/objects."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from adapters.objects import Address, Object, Stores, Unusable
from tests.objects.ssh import Served, sftp


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that all tests share, each with a folder of its own in it."""
    with sftp(tmp_path_factory.mktemp("sftp")) as server:
        yield server


@pytest.fixture(params=["file", "sftp"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Stores, str, Path]]:
    """Stores, an address, and the folder that is there."""
    if request.param == "file":
        with Stores() as stores:
            yield stores, f"file://{tmp_path}", tmp_path
        return
    server: Served = request.getfixturevalue("served")
    (folder := server.folder / tmp_path.name).mkdir()
    with Stores(server.options) as stores:
        yield stores, f"{server.root}/{tmp_path.name}", folder


Place = tuple[Stores, str, Path]


def listed(place: Place, pattern: str = "") -> dict[str, Object]:
    """What is there, by its name below the address."""
    stores, address, _ = place
    found = stores.listed(Address.of(f"{address}/{pattern}"))
    return {str(each).removeprefix(f"{address}/"): each for each in found}


def content(found: Object, start: int = 0) -> bytes:
    """All of an object."""
    with found.opened() as file:
        file.seek(start)
        return file.read()


def test_objects_are_listed_and_read(place: Place) -> None:
    """Whatever is below a folder, with its size; from any place in it."""
    folder = place[2]
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "1.json").write_bytes(b"0123456789")
    (folder / "a" / "2.json.gz").write_bytes(b"")
    (folder / "c").write_bytes(large := os.urandom(3 << 20))
    found = listed(place)
    assert sorted(found) == ["a/2.json.gz", "a/b/1.json", "c"]
    assert [*listed(place, "a/*.gz")] == ["a/2.json.gz"]
    assert [*listed(place, "a/b/1.json")] == ["a/b/1.json"]
    assert [*listed(place, "nowhere/*")] == []
    one = found["a/b/1.json"]
    assert (one.size, one.suffix, content(one), content(one, 4), content(one, 10)) == (
        10,
        ".json",
        b"0123456789",
        b"456789",
        b"",
    )
    assert content(found["c"]) == large
    assert content(found["a/2.json.gz"]) == b""


def test_what_vanished_is_told(place: Place) -> None:
    """It was listed, and is not there when it is read."""
    (place[2] / "x").write_bytes(b"1")
    [found] = listed(place).values()
    (place[2] / "x").unlink()
    with pytest.raises(FileNotFoundError, match="not there any more"):
        content(found)


def test_what_changed_is_another(place: Place) -> None:
    """Nothing of it is taken for the object that was listed; its version is another one."""
    (file := place[2] / "x").write_bytes(b"before")
    [before] = listed(place).values()
    file.write_bytes(b"after!")
    os.utime(file, (1, 1))
    with pytest.raises(OSError, match="it changed after it was listed"):
        content(before)
    [after] = listed(place).values()
    assert after.version != before.version
    assert content(after) == b"after!"


def test_a_connection_that_ends_is_made_anew(served: Served, tmp_path: Path) -> None:
    """In the middle of an object, from the byte where it ended."""
    (folder := served.folder / tmp_path.name).mkdir()
    (folder / "x").write_bytes(whole := os.urandom(4 << 20))
    with Stores(served.options) as stores:
        [found] = stores.listed(Address.of(f"{served.root}/{tmp_path.name}"))
        with found.opened() as file:
            read = file.read(1 << 20)
            served.cut()
            assert read + file.read() == whole


def test_a_folder_that_goes_while_it_is_listed_hides_no_other(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was rotated away between two questions is not there, and all else is."""
    (folder := served.folder / tmp_path.name).mkdir()
    (folder / "a.log").write_bytes(b"1")
    (folder / "gone").mkdir()
    (folder / "z.log").write_bytes(b"2")
    readdir = asyncssh.SFTPClient.readdir

    async def late(client: asyncssh.SFTPClient, path: str) -> Any:
        found = await readdir(client, path)
        if path.endswith(tmp_path.name):
            (folder / "gone").rmdir()
        return found

    monkeypatch.setattr(asyncssh.SFTPClient, "readdir", late)
    with Stores(served.options) as stores:
        found = [each.stem for each in stores.listed(Address.of(f"{served.root}/{tmp_path.name}"))]
    assert found == ["a", "z"]


def test_a_list_whose_session_ends_is_no_shorter_list(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though SSH's connection stands: what is not listed would be taken for gone, and be read again when it is."""
    (folder := served.folder / tmp_path.name).mkdir()
    (folder / "a.log").write_bytes(b"1")
    (folder / "b.log").write_bytes(b"2")
    stat = asyncssh.SFTPClient.stat

    async def cut(client: asyncssh.SFTPClient, path: str) -> Any:
        if path.endswith("b.log"):
            client.exit()
        return await stat(client, path)

    monkeypatch.setattr(asyncssh.SFTPClient, "stat", cut)
    with Stores(served.options) as stores, pytest.raises(Unusable, match="the connection ended"):
        list(stores.listed(Address.of(f"{served.root}/{tmp_path.name}")))


def test_a_user_who_is_not_let_in_is_told(served: Served) -> None:
    """What to compare, on one line."""
    options = {"known_hosts": served.options["known_hosts"], "password": "s3cret"}
    with Stores(options) as stores, pytest.raises(Unusable, match="does not let ci in") as raised:
        list(stores.listed(Address.of(f"{served.root}/x")))
    assert "s3cret" not in str(raised.value)


def test_a_server_that_is_not_known_is_told(served: Served, tmp_path: Path) -> None:
    """Nothing is read of one whose key nobody has compared."""
    (known := tmp_path / "known_hosts").write_text("")
    options = {**served.options, "known_hosts": str(known)}
    with Stores(options) as stores, pytest.raises(Unusable, match="its host key is not known"):
        list(stores.listed(Address.of(f"{served.root}/x")))


def test_an_option_that_there_is_not_is_told(served: Served) -> None:
    """It would be without effect."""
    with Stores({"pasword": "x"}) as stores, pytest.raises(Unusable, match="there is no option pasword"):
        list(stores.listed(Address.of(f"{served.root}/x")))


def test_a_link_leads_to_nothing_beside_the_folder(place: Place) -> None:
    """Who may write into it has nothing else published; what it leads to below the folder is read."""
    folder = place[2]
    (folder / "in").mkdir()
    (folder / "secret").write_bytes(b"hunter2")
    (folder / "in" / "a").write_bytes(b"1")
    (folder / "in" / "b").symlink_to("a")
    (folder / "in" / "c").symlink_to("../secret")
    found = listed(place, "in/")
    assert (content(found["in/a"]), content(found["in/b"])) == (b"1", b"1")
    with pytest.raises(OSError, match="not read: name that as one of its own"):
        content(found["in/c"])
    assert content(listed(place, "in/c")["in/c"]) == b"hunter2"

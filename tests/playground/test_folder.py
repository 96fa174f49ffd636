"""A mapping's folder, as the playground reads, packs and writes it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from adapters import goldens
from adapters.playground.folder import Folder, Golden, NotKept
from adapters.playground.trial import tried
from tests import example
from tests.playground.test_trial import attempt

GOLDEN = Golden("done.json", "{}", "[]\n")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The example's own folder, with an input."""
    return example.mapping(tmp_path, finished=example.FINISHED)


def folder(place: Path, *, writable: bool = True) -> Folder:
    """As the playground has it."""
    return Folder("acme/ci", place / "mapping.yaml", writable)


def test_it_reads_the_mapping_and_its_examples(place: Path) -> None:
    """What is in `inputs/`, but for what is hidden."""
    (place / "inputs" / ".swp").write_text("?")
    assert folder(place).written == example.MAPPING
    assert folder(place).examples == ["finished.json"]
    assert '"outcome":"success"' in folder(place).example("finished.json")


@pytest.mark.parametrize("name", ["../mapping.yaml", "/etc/passwd", "none.json", "", ".", "secret.json"])
def test_an_example_is_one_of_the_folder(place: Path, name: str) -> None:
    """No path leads elsewhere, nor does a link."""
    (place.parent / "secret.json").write_text("s3cr3t-word")
    (place / "inputs" / "secret.json").symlink_to(place.parent / "secret.json")
    with pytest.raises(NotKept):
        folder(place).example(name)


def test_what_is_no_text_and_what_is_too_large_is_told(place: Path) -> None:
    """With what to do."""
    (place / "inputs" / "latin.xml").write_bytes(b"<a>\xe9</a>")
    with pytest.raises(NotKept, match="not UTF-8"):
        folder(place).example("latin.xml")
    (place / "inputs" / "large.json").write_bytes(b" " * ((1 << 20) + 1))
    with pytest.raises(NotKept, match="more than 1 MiB"):
        folder(place).example("large.json")


def test_a_saved_golden_is_one_that_check_runs(place: Path) -> None:
    """Its input and what is expected of it, as `check --update` would write it; the mapping as it is written now."""
    written = example.MAPPING.replace('outcome: "${outcome}"', "outcome: failure")
    found = tried(attempt(place, written))
    folder(place).save(written)
    assert found.expected is not None
    folder(place).keep(
        Golden("later.json", '{"state": "finished", "run": "app/7", "at": "2026-01-01T10:05:00Z"}', found.expected)
    )
    suite = goldens.run(place)
    [later] = [each for each in suite.goldens if each.input.name == "later.json"]
    assert not goldens.diff(later)
    assert (place / "mapping.yaml").read_text() == written


def test_without_the_flag_nothing_is_written(place: Path) -> None:
    """Neither a mapping nor a golden; how to is told."""
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    for write in (lambda: folder(place, writable=False).save("x"), lambda: folder(place, writable=False).keep(GOLDEN)):
        with pytest.raises(NotKept, match="--write"):
            write()
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["../out.json", "a/b.json", ".hidden.json", "x", "x.yaml", "x.json\n", "é.json", ""])
def test_a_golden_has_a_plain_name(place: Path, name: str) -> None:
    """Nothing is written anywhere else."""
    with pytest.raises(NotKept, match="no name for an example"):
        folder(place).keep(Golden(name, "{}", "[]\n"))


def test_nothing_is_written_through_a_link(place: Path) -> None:
    """Neither to a file nor into a folder that is elsewhere."""
    outside = place.parent / "outside"
    outside.mkdir()
    (place / "expected").symlink_to(outside)
    (outside / "mapping.yaml").write_text("theirs")
    with pytest.raises(NotKept, match="link"):
        folder(place).keep(GOLDEN)
    (place / "mapping.yaml").unlink()
    (place / "mapping.yaml").symlink_to(outside / "mapping.yaml")
    with pytest.raises(NotKept, match="link"):
        folder(place).save("ours")
    assert [path.name for path in outside.iterdir()] == ["mapping.yaml"]
    assert (outside / "mapping.yaml").read_text() == "theirs"
    assert not (place / "inputs" / "done.json").exists()


def test_two_examples_do_not_share_what_is_expected(place: Path) -> None:
    """`finished.http` would have the same file as `finished.json`; that itself may be written anew."""
    with pytest.raises(NotKept, match=r"finished\.json"):
        folder(place).keep(Golden("finished.http", "POST / HTTP/1.1\n\n{}", "[]\n"))
    folder(place).keep(Golden("finished.json", "{}", "[]\n"))


def test_the_folder_is_packed_as_it_would_be_saved(place: Path) -> None:
    """With the mapping as it is written now and the new golden; without what is hidden or elsewhere."""
    (place / ".git").mkdir()
    (place / ".git" / "config").write_text("s3cr3t-word")
    (place / "teams.csv").write_text("a,b\n")
    (place.parent / "secret").write_text("s3cr3t-word")
    (place / "link.csv").symlink_to(place.parent / "secret")
    packed = folder(place, writable=False).packed("new: 1\n", GOLDEN)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = {"mapping.yaml", "teams.csv", "inputs/finished.json", "inputs/done.json", "expected/done.json"}
        assert {*archive.namelist()} == {f"ci/{name}" for name in names}
        assert archive.read("ci/mapping.yaml") == b"new: 1\n"
    assert packed == folder(place).packed("new: 1\n", GOLDEN)

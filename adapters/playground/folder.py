"""A mapping's folder, as the playground reads it, packs it and, where it may, writes it. No link leads out of it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from adapters.durable import sync_directory
from adapters.errors import AdapterError
from adapters.playground.fence import around
from adapters.yamlfile import shown

LARGEST = 1 << 20
"""Bytes of a mapping, and of an input, that the playground takes; a folder of more than 32 times that is not packed."""

FORMS = (".json", ".ndjson", ".http", ".xml", ".txt", ".log", ".csv", ".form")
"""What an input's name may end in."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DATED = (2026, 1, 1, 0, 0, 0)


class NotKept(AdapterError):
    """What was to be read, packed or written is not: the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Golden:
    """An input by its name, what the tool sent, and the events that are expected of it, as a file has them."""

    name: str
    content: str
    expected: str

    @property
    def files(self) -> Mapping[str, str]:
        """Its two files, by their paths in the mapping's folder. Raises NotKept for a name that is none."""
        if not _NAME.fullmatch(self.name) or Path(self.name).suffix not in FORMS:
            hint = f"letters, digits, - and _, and at its end one of {', '.join(FORMS)}"
            raise NotKept(f"'{self.name}' is no name for an example: {hint}")
        return {f"inputs/{self.name}": self.content, f"expected/{Path(self.name).stem}.json": self.expected}


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of the mapping in a file, which is called `name`; it is written to only where it is `writable`."""

    name: str
    mapping: Path
    writable: bool = False

    @property
    def written(self) -> str:
        """The mapping as its file has it. Raises NotKept."""
        return self._text(self.mapping)

    @property
    def examples(self) -> list[str]:
        """The names of its inputs."""
        return sorted(path.name for path in self._files(self.mapping.with_name("inputs")) if _NAME.fullmatch(path.name))

    def example(self, name: str) -> str:
        """An input. Raises NotKept, also where there is none of this name."""
        if name not in self.examples:
            raise NotKept(f"the mapping has no example '{name}'")
        return self._text(self.mapping.parent / "inputs" / name)

    def save(self, written: str) -> Path:
        """Writes the mapping's file; which it is. Raises NotKept."""
        path = self._target(self.mapping.name)
        _put(path, written)
        return path

    def keep(self, golden: Golden) -> list[Path]:
        """Writes an example, and what is expected of it; which files. Raises NotKept."""
        files = golden.files
        paths, stem = [self._target(name) for name in files], Path(golden.name).stem
        if alike := [name for name in self.examples if name != golden.name and Path(name).stem == stem]:
            raise NotKept(f"'{golden.name}' would share what is expected with {alike[0]}: give it another name")
        for path, text in zip(paths, files.values(), strict=True):
            _put(path, text)
        return paths

    def packed(self, written: str, golden: Golden | None = None) -> bytes:
        """The folder as a zip archive, with the mapping as it is written now, and one more example. Raises NotKept."""
        folder = self.mapping.parent
        found = {path.relative_to(folder).as_posix(): path for path in self._files(folder, "**/*")}
        if sum(path.stat().st_size for path in found.values()) > 32 * LARGEST:
            raise NotKept(f"the folder has more than {32 * LARGEST >> 20} MiB: take its files as they are")
        contents: dict[str, bytes] = {name: path.read_bytes() for name, path in found.items()}
        now = {self.mapping.name: written, **(golden.files if golden else {})}
        return _zip(self.name.rpartition("/")[2], contents | {name: text.encode() for name, text in now.items()})

    def _files(self, folder: Path, pattern: str = "*") -> Iterator[Path]:
        """The files that are in it, none of which is hidden, or a link to elsewhere."""
        for path in folder.glob(pattern):
            hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
            if not hidden and path.is_file() and self._inside(path):
                yield path

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self.mapping.parent.resolve())

    def _text(self, path: Path) -> str:
        try:
            around(self.mapping)(path)
            if path.stat().st_size > LARGEST:
                raise NotKept(f"{shown(path)} has more than {LARGEST >> 20} MiB")
            return path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise NotKept(f"{shown(path)} is not UTF-8 text: try it with `cdevents-adapters translate`") from None
        except OSError as error:
            raise NotKept(f"{shown(path)} cannot be read: {error.strerror}") from None

    def _target(self, name: str) -> Path:
        """The path of a file of the folder that may be written. Raises NotKept."""
        path = self.mapping.parent / name
        if not self.writable:
            raise NotKept(f"{shown(path)} is not written: `cdevents-adapters play --write` would")
        if path.is_symlink() or not self._inside(path.parent):
            raise NotKept(f"{shown(path)} is not written: it is a link, or in one")
        return path


def _put(path: Path, text: str) -> None:
    """Writes a file whole, or not at all. Raises NotKept."""
    try:
        path.parent.mkdir(exist_ok=True)
        _replace(path, text.encode())
    except OSError as error:
        raise NotKept(f"{shown(path)} cannot be written: {error.strerror}") from None


def _replace(path: Path, content: bytes) -> None:
    """Puts a new file in place of one, with the permissions of that one."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".new", delete=False) as file:
        made = Path(file.name)
        try:
            file.write(content)
            made.chmod(path.stat().st_mode if path.exists() else 0o644)
            made.replace(path)
        except OSError:
            made.unlink()
            raise
    sync_directory(path.parent)


def _zip(folder: str, contents: Mapping[str, bytes]) -> bytes:
    """The same bytes for the same files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(f"{folder}/{name}", _DATED), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()

"""Archives whose files are damaged: what can be read of them is replayed, what cannot is told, and holds up nothing."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from adapters.reading.files import ANYWHERE, opened

TEXT = b"".join(b"%d\n" % number**9 for number in range(20_000))


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_checksum=True).compress(content)


@pytest.mark.parametrize(("suffix", "compress"), [("gz", gzip.compress), ("xz", lzma.compress), ("zst", _zstd)])
@pytest.mark.parametrize("at", [0, 10, 20_000])
def test_what_is_damaged_cannot_be_read(
    tmp_path: Path, suffix: str, compress: Callable[[bytes], bytes], at: int
) -> None:
    """Whatever library finds it, at the beginning or within: that is the OSError of a file that cannot be read."""
    content = bytearray(compress(TEXT))
    content[at : at + 64] = b"\xff" * 64
    (path := tmp_path / f"a.jsonl.{suffix}").write_bytes(content)
    with pytest.raises(OSError, match=r"."), opened(path, ANYWHERE) as file:
        file.read()

"""Archives whose files are damaged: what can be read of them is replayed, what cannot is told, and holds up nothing."""

from __future__ import annotations

import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest
from backports import zstd

from adapters.reading.files import ANYWHERE, opened

TEXT = b"".join(b"%d\n" % number**9 for number in range(20_000))


def _zstd(content: bytes) -> bytes:
    return zstd.compress(content, options={zstd.CompressionParameter.checksum_flag: 1})


KINDS = pytest.mark.parametrize(("suffix", "compress"), [("gz", gzip.compress), ("xz", lzma.compress), ("zst", _zstd)])


@KINDS
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


@KINDS
def test_what_is_cut_off_is_not_taken_for_whole(
    tmp_path: Path, suffix: str, compress: Callable[[bytes], bytes]
) -> None:
    """Half of a file that was copied while its disk was full ends in an error."""
    content = compress(TEXT)
    (path := tmp_path / f"a.jsonl.{suffix}").write_bytes(content[: len(content) // 2])
    with pytest.raises(EOFError), opened(path, ANYWHERE) as file:
        file.read()

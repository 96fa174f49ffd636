"""What others wrote and browsers run: pinned, licensed, unchanged."""

from __future__ import annotations

import hashlib
import json

from adapters.console.application import STATIC

VENDOR = STATIC / "vendor"
PINNED = json.loads((VENDOR / "vendored.json").read_text(encoding="utf-8"))


def test_each_file_is_what_was_pinned() -> None:
    """Byte by byte the file of the package's version that the manifest names."""
    assert {each["file"]: hashlib.sha256((VENDOR / each["file"]).read_bytes()).hexdigest() for each in PINNED} == {
        each["file"]: each["sha256"] for each in PINNED
    }


def test_nothing_lies_there_that_is_not_pinned() -> None:
    """Every file is in the manifest, or is the licence of one that is."""
    named = {each[key] for each in PINNED for key in ("file", "text")}
    assert {path.name for path in VENDOR.iterdir()} == named | {"vendored.json"}


def test_each_has_its_licence_beside_it() -> None:
    """The text of the licence is distributed with what it is for."""
    for each in PINNED:
        assert "Permission" in (VENDOR / each["text"]).read_text(encoding="utf-8")
        assert each["licence"] in ("0BSD", "MIT")

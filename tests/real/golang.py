"""Real tools that are written in Go: built from their published module once, by the Go that is here."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.checkout import ROOT

_BUILT = ROOT / "build" / "go"


def program(package: str, version: str, *options: str) -> str:
    """The program of a package (`module/cmd/name`), kept between runs; skips where it cannot be had.

    The first build takes minutes. Go keeps what it compiled outside the checkout, so that another clone only links.
    """
    name = package.rpartition("/")[2]
    folder = _BUILT / f"{name}-{version}"
    if not (folder / name).is_file():
        _go(f"{package}@{version}", ["install", "-ldflags=-s -w", *options, f"{package}@{version}"], folder)
    return str(folder / name)


def ours(module: Path) -> str:
    """The program of a folder of the tests; skips where what it needs cannot be had."""
    _go(module.name, ["build", "-C", str(module), "-o", str(_BUILT), "."], _BUILT)
    return str(_BUILT / module.name)


def _go(what: str, arguments: Sequence[str], folder: Path) -> None:
    if (go := shutil.which("go")) is None:
        pytest.skip(f"{what} is built by Go, and there is no go")
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "", "CGO_ENABLED": "0"}
    building = subprocess.run(
        [go, *arguments], check=False, capture_output=True, text=True, timeout=1200, env=environment
    )
    if building.returncode:
        pytest.skip(f"{what} cannot be built: {building.stderr[-500:]}")

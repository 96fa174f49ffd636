"""Real tools that are written in Go: built from their published module once, by the Go that is here."""

from __future__ import annotations

import json
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
    name = _last(package)
    folder = _BUILT / f"{name}-{version}"
    if not (folder / name).is_file():
        _go(f"{package}@{version}", ["install", "-ldflags=-s -w", *options, f"{package}@{version}"], folder)
    return str(folder / name)


def programs(name: str, module: str, packages: Sequence[str]) -> Path:
    """The folder with the programs of packages that build only in a module of one's own, whose `go.mod` is `module`.

    They are kept between runs, and built anew for another `module`; skips where they cannot be had.
    """
    folder = _BUILT / name
    file = folder / "go.mod"
    if not (
        file.is_file() and file.read_text() == module and all((folder / _last(each)).is_file() for each in packages)
    ):
        place = folder / "module"
        place.mkdir(parents=True, exist_ok=True)
        (place / "go.mod").write_text(module)
        for each in packages:
            output = str(folder / _last(each))
            _go(each, ["build", "-C", str(place), "-mod=mod", "-ldflags=-s -w", "-o", output, each], folder)
        file.write_text(module)
    return folder


def module_file(module: str, version: str) -> str:
    """The `go.mod` of a published module; skips where it cannot be had."""
    return Path(_downloaded(module, version)["GoMod"]).read_text()


def module_folder(module: str, version: str) -> Path:
    """What else a published module has, beside its programs; skips where it cannot be had."""
    return Path(_downloaded(module, version)["Dir"])


def _downloaded(module: str, version: str) -> dict[str, str]:
    told: dict[str, str] = json.loads(_go(module, ["mod", "download", "-json", f"{module}@{version}"], _BUILT))
    return told


def _last(package: str) -> str:
    return package.rpartition("/")[2]


def ours(module: Path) -> str:
    """The program of a folder of the tests; skips where what it needs cannot be had."""
    _go(module.name, ["build", "-C", str(module), "-o", str(_BUILT), "."], _BUILT)
    return str(_BUILT / module.name)


def _go(what: str, arguments: Sequence[str], folder: Path) -> str:
    if (go := shutil.which("go")) is None:
        pytest.skip(f"{what} is built by Go, and there is no go")
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "", "CGO_ENABLED": "0"}
    building = subprocess.run(
        [go, *arguments], check=False, capture_output=True, text=True, timeout=1500, env=environment
    )
    if building.returncode:
        pytest.skip(f"{what} cannot be built: {building.stderr[-500:]}")
    return building.stdout

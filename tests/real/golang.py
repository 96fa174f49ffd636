"""Real tools that are written in Go: built from their published module once, by the Go that is here."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.service import ROOT


def program(package: str, version: str, *options: str) -> str:
    """The program of a package (`module/cmd/name`), kept between runs; skips where it cannot be had.

    The first build takes minutes. Go keeps what it compiled outside the checkout, so that another clone only links.
    """
    name = package.rpartition("/")[2]
    folder = ROOT / "build" / "go" / f"{name}-{version}"
    if not (folder / name).is_file():
        if (go := shutil.which("go")) is None:
            pytest.skip(f"{name} is built by Go, and there is no go")
        command = [go, "install", "-ldflags=-s -w", *options, f"{package}@{version}"]
        environment = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "", "CGO_ENABLED": "0"}
        building = subprocess.run(command, check=False, capture_output=True, text=True, timeout=1200, env=environment)
        if building.returncode:
            pytest.skip(f"{package}@{version} cannot be built: {building.stderr[-500:]}")
    return str(folder / name)

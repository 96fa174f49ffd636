"""The image, built by buildah from a Debian that debootstrap makes: no registry of images is asked."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.checkout import ROOT

_BASE = ROOT / "build" / "image" / "debian.tar"
_RELEASE = "bookworm"
_PACKAGES = "python3,python3-venv,python-is-python3,ca-certificates"
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


@dataclass(frozen=True)
class Images:
    """Where buildah keeps its images and containers: in a folder of the test's own, as plain files."""

    folder: Path

    def buildah(self, *words: object) -> str:
        """What buildah says; fails the test with its complaint."""
        stores = ("--storage-driver", "vfs", "--root", self.folder / "images", "--runroot", self.folder / "state")
        return said("buildah", *stores, *words, timeout=900)

    def imported(self, archive: Path, name: str) -> None:
        """An image of what is in an archive, which trusts whom this machine trusts."""
        container = self.buildah("from", "scratch")
        self.buildah("add", "--quiet", container, archive, "/")
        if trusted := ssl.get_default_verify_paths().cafile:
            self.buildah("add", "--quiet", container, trusted, _AUTHORITIES)
        self.buildah("commit", "--quiet", "--rm", container, name)

    def built(self, base: str, name: str) -> None:
        """The image of this checkout's Dockerfile."""
        arguments = {"BASE": base, "CA": _AUTHORITIES}
        if index := os.environ.get("PIP_INDEX_URL"):
            arguments["INDEX"] = index
        given = [word for key, value in arguments.items() for word in ("--build-arg", f"{key}={value}")]
        options = ("--isolation", "chroot", "--format", "docker", "--pull-never")
        self.buildah("bud", *options, *given, "--tag", name, ROOT)

    def unpacked(self, name: str) -> tuple[Path, dict[str, Any]]:
        """The root of a container of an image, and the image's configuration (OCI image spec, "config")."""
        container = self.buildah("from", "--pull-never", name)
        described = json.loads(self.buildah("inspect", "--type", "image", name))
        return Path(self.buildah("mount", container)), described["Docker"]["config"]


def debian() -> Path:
    """An archive of a Debian with Python, kept between runs; skips where it cannot be had."""
    if not _BASE.is_file():
        if os.geteuid() != 0 or shutil.which("debootstrap") is None:
            pytest.skip("the image's base is made by debootstrap, as root")
        _BASE.parent.mkdir(parents=True, exist_ok=True)
        _bootstrap(_BASE.parent / "debian")
    return _BASE


def _bootstrap(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    command = ["debootstrap", "--variant=minbase", f"--include={_PACKAGES}", _RELEASE, str(folder)]
    making = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    if making.returncode:
        pytest.skip(f"debootstrap cannot make Debian {_RELEASE}: {making.stdout[-500:]}{making.stderr[-500:]}")
    said("tar", "--create", "--file", _BASE, "--directory", folder, ".", timeout=120)
    shutil.rmtree(folder)


def said(*words: object, timeout: float = 60) -> str:
    """What a command writes to its standard output; fails the test with the end of its complaint."""
    done = subprocess.run([*map(str, words)], check=False, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, f"{words[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout.strip()

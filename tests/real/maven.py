"""Real tools that are written in Java: fetched from Maven Central once, and run by the Java that is here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.checkout import ROOT


def libraries(pom: Path) -> Path:
    """The folder with all that a `pom.xml` names, kept between runs; skips where it cannot be had."""
    name = pom.parent.name
    folder = ROOT / "build" / name
    fetched = folder / "pom.xml"
    if not (fetched.is_file() and fetched.read_bytes() == pom.read_bytes()):
        if (maven := shutil.which("mvn")) is None:
            pytest.skip(f"{name} is fetched by Maven, and there is no mvn")
        shutil.rmtree(folder, ignore_errors=True)
        command = [maven, "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={folder}"]
        fetching = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
        if fetching.returncode:
            pytest.skip(f"{name} cannot be had from Maven Central: {fetching.stdout[-500:]}")
        shutil.copy(pom, fetched)
    return folder


def java(oldest: int, what: str, *, compiler: bool = False) -> str:
    """The `java` of this version or newer, with a compiler or not; skips where there is none, for `what` needs it."""
    homes = [Path(os.environ.get("JAVA_HOME", "/usr")), *sorted(Path("/usr/lib/jvm").glob("*"))]
    on_path = Path(shutil.which("java") or "/usr/bin/java")
    for candidate in dict.fromkeys((*(home / "bin" / "java" for home in homes), on_path)):
        if _compiles(candidate) >= compiler and _version(candidate) >= oldest:
            return str(candidate)
    kind = "JDK" if compiler else "Java"
    pytest.skip(f"{what} needs {kind} {oldest} or newer, in JAVA_HOME, in /usr/lib/jvm or on the PATH")


def _compiles(candidate: Path) -> bool:
    """Whether it is that of a JDK, and not only of a JRE."""
    return candidate.resolve().with_name("javac").is_file()


def _version(candidate: Path) -> int:
    if not candidate.is_file():
        return 0
    said = subprocess.run([candidate, "-version"], check=False, capture_output=True, text=True, timeout=60).stderr
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0

"""Makes in dist/ what a release is: wheel, sdist, the list of what is in it, where it came from, and all their digests.

The bytes follow from the commit alone: whoever builds it again gets the same wheel and sdist.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

DIST = Path("dist")
PROVENANCE = "provenance.intoto.json"
LOCKS = Path("requirements")

BUILD_TYPE = "urn:cdevents-adapters:make-release:1"
"""What `make release` does; another number where it does something else."""

UNNAMED = "urn:cdevents-adapters:unnamed-builder"
"""Who built it where the variable BUILDER does not say: nobody whom a consumer could trust."""


def main() -> None:
    """Builds in the folder that the process is in; ends with a message where that is not what was committed."""
    if changed := _said("git", "status", "--porcelain"):
        sys.exit(f"what is built would be of no commit: commit these first, or put them away:\n{changed}")
    started = _now()
    DIST.mkdir(exist_ok=True)
    for old in DIST.iterdir():
        old.unlink()
    epoch = _said("git", "log", "-1", "--format=%ct")
    packages = _built(epoch)
    _run(epoch, "twine", "check", "--strict", *packages)
    subjects = [*packages, _listed(epoch)]
    statement = provenance(subjects, sorted(LOCKS.glob("*.txt")), _said("git", "rev-parse", "HEAD"), started)
    (DIST / PROVENANCE).write_text(json.dumps(statement, indent=2) + "\n", encoding="utf-8")
    (DIST / "SHA256SUMS").write_text(sums([*subjects, DIST / PROVENANCE]), encoding="utf-8")


def provenance(subjects: Iterable[Path], locks: Iterable[Path], commit: str, started: str) -> dict[str, Any]:
    """Where these files came from: an in-toto statement (v1) with SLSA's provenance (v1), which is not signed yet.

    `locks` are the files with the digests of all that was installed to build them. https://slsa.dev/spec/v1.0/provenance
    """
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": each.name, "digest": {"sha256": _digest(each)}} for each in subjects],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {"target": "release"},
                "internalParameters": {"python": platform.python_version(), "platform": platform.platform()},
                "resolvedDependencies": [
                    {"name": "source", "digest": {"gitCommit": commit}},
                    *({"name": each.as_posix(), "digest": {"sha256": _digest(each)}} for each in locks),
                ],
            },
            "runDetails": {
                "builder": {"id": os.environ.get("BUILDER") or UNNAMED},
                "metadata": {"startedOn": started, "finishedOn": _now()},
            },
        },
    }


def sums(files: Iterable[Path]) -> str:
    """Lines that `sha256sum --check` reads, in the folder of the files."""
    return "".join(f"{_digest(each)}  {each.name}\n" for each in files)


def _built(epoch: str) -> list[Path]:
    _run(epoch, "build", "--no-isolation", "--outdir", DIST)
    return sorted(DIST.iterdir())


def _listed(epoch: str) -> Path:
    """The list of components (CycloneDX): every dependency with its digests, those of the extras too."""
    to = DIST / "sbom.cdx.json"
    options = ("--pyproject", "pyproject.toml", "--output-reproducible", "--output-file", to)
    _run(epoch, "cyclonedx_py", "requirements", *options, LOCKS / "all.txt")
    return to


def _run(epoch: str, module: str, *words: object) -> None:
    command = [sys.executable, "-m", module, *map(str, words)]
    subprocess.run(command, check=True, stdout=sys.stderr, env={**os.environ, "SOURCE_DATE_EPOCH": epoch})


def _said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _digest(file: Path) -> str:
    return sha256(file.read_bytes()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


if __name__ == "__main__":
    main()

"""Makes in dist/ what a release is: wheel, sdist, chart, what is in them, where they came from, and all digests.

The bytes follow from the commit alone: whoever builds it again gets the same packages.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from datetime import UTC, datetime
from gzip import GzipFile
from hashlib import sha256
from pathlib import Path
from typing import Any

DIST = Path("dist")
PROVENANCE = "provenance.intoto.json"
LOCKS = Path("requirements")
CHART = Path("charts/cdevents-adapters")

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
    subjects = [*packages, packed(CHART, DIST, int(epoch)), _listed(epoch)]
    statement = provenance(subjects, sorted(LOCKS.glob("*.txt")), _said("git", "rev-parse", "HEAD"), started)
    (DIST / PROVENANCE).write_text(json.dumps(statement, indent=2) + "\n", encoding="utf-8")
    (DIST / "SHA256SUMS").write_text(sums([*subjects, DIST / PROVENANCE]), encoding="utf-8")


def packed(chart: Path, to: Path, epoch: int) -> Path:
    """A chart as `helm package` has it, a gzipped tar called NAME-VERSION.tgz, but with the same bytes each time.

    What its `.helmignore` names, folders alone, is not in it. https://helm.sh/docs/topics/charts/
    """
    version = re.findall(r"^version: (\S+)$", (chart / "Chart.yaml").read_text(encoding="utf-8"), re.MULTILINE)[0]
    ignored = {line.rstrip("/") for line in (chart / ".helmignore").read_text(encoding="utf-8").split()}
    to /= f"{chart.name}-{version}.tgz"
    with (
        to.open("wb") as raw,
        GzipFile("", "wb", fileobj=raw, mtime=epoch) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for file in sorted(each for each in chart.rglob("*") if each.is_file()):
            name = file.relative_to(chart)
            if name.parts[0] not in ignored:
                about = tarfile.TarInfo(f"{chart.name}/{name.as_posix()}")
                about.size, about.mtime = file.stat().st_size, epoch
                with file.open("rb") as content:
                    archive.addfile(about, content)
    return to


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

"""What `make release` makes: whole, checked, the same bytes each time, and it says where it came from."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.checkout import ROOT

pytestmark = pytest.mark.slow

IDENTITY = {f"GIT_{who}_{what}": "x@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean checkout of what is here, committed or not."""
    folder = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no checkout of git")
    for name in listed.stdout.decode().splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run(["git", *words], cwd=folder, check=True, env={**os.environ, **IDENTITY})
    return folder


@pytest.fixture(scope="module")
def dist(checkout: Path) -> Path:
    """The folder with a release of it."""
    made = released(checkout)
    assert made.returncode == 0, made.stdout + made.stderr
    return checkout / "dist"


def released(checkout: Path) -> subprocess.CompletedProcess[str]:
    """What `make release` does when everything is installed."""
    environment = {**os.environ, "BUILDER": "https://ci.example.com/builder"}
    command = [sys.executable, "tools/release.py"]
    return subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def provenance(dist: Path) -> dict[str, Any]:
    """The statement of a release."""
    statement = json.loads((dist / "provenance.intoto.json").read_bytes())
    assert isinstance(statement, dict)
    return statement


def test_every_file_has_its_digest(dist: Path) -> None:
    """`sha256sum --check` agrees, and nothing is there that it does not know."""
    assert subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=dist, check=False).returncode == 0
    listed = {line.split("  ")[1] for line in (dist / "SHA256SUMS").read_text().splitlines()}
    assert listed == {file.name for file in dist.iterdir()} - {"SHA256SUMS"}
    assert {name.rpartition(".")[2] for name in listed} == {"whl", "gz", "tgz", "json"}


def test_provenance_names_what_was_made_of_what(dist: Path, checkout: Path) -> None:
    """An in-toto statement of SLSA's kind: the digests of the packages, the commit, the locks, and who built it."""
    statement = provenance(dist)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
    for subject in statement["subject"]:
        assert subject["digest"]["sha256"] == sha256((dist / subject["name"]).read_bytes()).hexdigest()
    predicate = statement["predicate"]
    assert predicate["runDetails"]["builder"]["id"] == "https://ci.example.com/builder"
    source, *locks = predicate["buildDefinition"]["resolvedDependencies"]
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True)
    assert source["digest"] == {"gitCommit": head.stdout.strip()}
    assert {each["name"]: each["digest"]["sha256"] for each in locks} == {
        f"requirements/{file.name}": sha256(file.read_bytes()).hexdigest()
        for file in (checkout / "requirements").glob("*.txt")
    }


def test_the_list_of_components_has_every_dependency(dist: Path) -> None:
    """CycloneDX: each pinned version of every extra, with digests."""
    listed = json.loads((dist / "sbom.cdx.json").read_bytes())
    assert listed["bomFormat"] == "CycloneDX"
    assert listed["metadata"]["component"]["name"] == "cdevents-adapters"
    pinned = [line.split()[0] for line in (ROOT / "requirements" / "all.txt").read_text().splitlines() if "==" in line]
    assert {f"{each['name']}=={each['version']}" for each in listed["components"]} == set(pinned)
    assert all(each["externalReferences"][0]["hashes"] for each in listed["components"])


def test_the_sources_hold_nothing_that_is_not_theirs(dist: Path) -> None:
    """The sdist has what the checkout has, and nothing that was made in it."""
    [sdist] = dist.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        folders = {name.split("/")[1] for name in archive.getnames() if "/" in name}
    assert {"adapters", "mappings", "config", "tests", "LICENSE", "README.md"} <= folders
    assert not folders & {"dist", "build", "var", ".venv", ".git"}


def test_the_chart_has_what_helm_reads(dist: Path) -> None:
    """In a folder of its name, as `helm install` takes it; the examples stay in the checkout."""
    [chart] = dist.glob("*.tgz")
    with tarfile.open(chart) as archive:
        names = {name.removeprefix("cdevents-adapters/") for name in archive.getnames()}
    assert {"Chart.yaml", "values.yaml", "values.schema.json", "files/alerts.yaml", "templates/workload.yaml"} <= names
    assert not any(name.startswith(("examples/", "sidecars/", "/")) for name in names)


def test_the_bytes_follow_from_the_commit(dist: Path, checkout: Path) -> None:
    """Built again, wheel, sdist, chart and list of components are the same."""
    first = {each["name"]: each["digest"] for each in provenance(dist)["subject"]}
    assert released(checkout).returncode == 0
    assert {each["name"]: each["digest"] for each in provenance(dist)["subject"]} == first


def test_what_is_of_no_commit_is_not_released(checkout: Path) -> None:
    """A file that is changed is named, and nothing is built."""
    (stray := checkout / "stray.txt").write_text("x")
    made = released(checkout)
    stray.unlink()
    assert made.returncode == 1
    assert "commit these first" in made.stderr
    assert "stray.txt" in made.stderr

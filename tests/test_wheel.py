"""The wheel, installed where nothing else is: what a user gets from it, away from any checkout."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests import example
from tests.checkout import ROOT
from tests.service import free_port
from tests.waiting import until

pytestmark = pytest.mark.slow

NOTIFICATION = ROOT / "mappings" / "jenkins" / "notification" / "inputs" / "finished.json"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that has the wheel and its pinned dependencies, and nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    _run(sys.executable, "-m", "venv", folder)
    _run(folder / "bin" / "pip", "install", "--quiet", "--require-hashes", "-r", ROOT / "requirements" / "run.txt")
    _run(folder / "bin" / "pip", "install", "--quiet", "--no-deps", wheel)
    return folder / "bin" / "cdevents-adapters"


@pytest.fixture
def service(command: Path, tmp_path: Path) -> Iterator[str]:
    """The URL of a service with the shipped configuration, but for its port, in an empty folder."""
    port = free_port()
    shipped = _run(
        command.with_name("python"), "-c", "from adapters.resources import resource; print(resource('config'))"
    )
    text = (Path(shipped.strip()) / "default.yaml").read_text(encoding="utf-8")
    (tmp_path / "adapters.yaml").write_text(text.replace(":8080\n", f":{port}\n"), encoding="utf-8")
    process = subprocess.Popen([command, "run", "--config", "adapters.yaml"], cwd=tmp_path, env=_clean())
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: _ready(url))
        yield url
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()


def test_the_wheel_carries_mappings_configurations_and_types(wheel: Path) -> None:
    """What is beside the package in a checkout is inside it in the wheel; the tests are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    mappings = {f"adapters/data/{file.relative_to(ROOT)}" for file in (ROOT / "mappings").rglob("*.yaml")}
    console = ROOT / "adapters" / "console"
    pages = {str(file.relative_to(ROOT)) for part in ("static", "templates") for file in (console / part).rglob("*.*")}
    assert mappings | pages | {"adapters/data/config/default.yaml", "adapters/py.typed"} <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"adapters", "cdevents_adapters"}


def test_an_installed_wheel_checks_its_own_mappings(command: Path, tmp_path: Path) -> None:
    """The version, and the examples of every shipped mapping, run where no checkout is."""
    assert _run(command, "--version", cwd=tmp_path).startswith("cdevents-adapters ")
    assert _run(command, "check", "--all", cwd=tmp_path)


def test_pipx_installs_the_wheel_with_its_extras(wheel: Path, tmp_path: Path) -> None:
    """As docs/operations.md says: with the newest of each dependency that an index has, not the pinned ones."""
    places = {"PIPX_HOME": str(tmp_path / "home"), "PIPX_BIN_DIR": str(tmp_path / "bin"), "PIPX_MAN_DIR": str(tmp_path)}
    _run(sys.executable, "-m", "pipx", "install", f"{wheel}[all]", variables=places)
    command = tmp_path / "bin" / "cdevents-adapters"
    assert _run(command, "--version", cwd=tmp_path).startswith("cdevents-adapters ")
    assert _run(command, "check", cwd=tmp_path)


def test_an_installed_wheel_runs(service: str, tmp_path: Path) -> None:
    """The shipped configuration takes a notification, and both files have it: the same event, in both forms."""
    answer = requests.post(f"{service}/jenkins", NOTIFICATION.read_bytes(), timeout=10)
    assert answer.status_code == requests.codes.accepted
    legacy, cdevents = (tmp_path / "var" / "events" / f"{name}.jsonl" for name in ("legacy", "cdevents"))
    until(lambda: legacy.exists() and cdevents.exists() and bool(legacy.read_bytes()) and bool(cdevents.read_bytes()))
    [original] = [json.loads(line) for line in legacy.read_text(encoding="utf-8").splitlines()]
    translated = [json.loads(line) for line in cdevents.read_text(encoding="utf-8").splitlines()]
    assert original["data"] == json.loads(NOTIFICATION.read_bytes())
    assert {event["legacyid"] for event in translated} == {original["id"]}


def test_an_installed_wheel_has_a_console(command: Path, service: str, tmp_path: Path) -> None:
    """Its pages, and what they name, with nothing but the pinned dependencies, and without any extra."""
    address = f"127.0.0.1:{free_port()}"
    words = [str(command), "console", "--config", "adapters.yaml", "--listen", address]
    with subprocess.Popen(words, cwd=tmp_path, env=_clean()) as process:
        try:
            until(lambda: _answers(f"http://{address}/"))
            page = requests.get(f"http://{address}/", timeout=30).text
            assert "jenkins" in page
            for file in re.findall(r'(?:src|href)="(/static/[^"]+)"', page):
                assert _answers(f"http://{address}{file}"), (file, service)
        finally:
            process.terminate()


def test_an_installed_wheel_tests_mappings_with_pytest(wheel: Path, tmp_path: Path) -> None:
    """Where it is installed with its extra, a project's mapping is tested, and nothing has to be set."""
    environment, project = tmp_path / "environment", tmp_path / "project"
    _run(sys.executable, "-m", "venv", environment)
    _run(environment / "bin" / "pip", "install", "--quiet", f"{wheel}[pytest]")
    example.mapping(project, started=example.STARTED, finished=example.FINISHED)
    pytest_ = environment / "bin" / "pytest"
    assert "wrote acme/ci/expected/started.json" in _run(pytest_, "--update-goldens", cwd=project)
    assert "3 passed" in _run(pytest_, cwd=project)


def _run(*words: object, cwd: Path | None = None, variables: Mapping[str, str] | None = None) -> str:
    environment = {**_clean(), **(variables or {})}
    done = subprocess.run([*map(str, words)], cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _clean() -> dict[str, str]:
    """The environment without what would let the checkout be imported."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _ready(url: str) -> bool:
    return _answers(f"{url}/readyz")


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=10).ok
    except requests.RequestException:
        return False

"""The image of the Dockerfile, run as an orchestrator would run it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.real.image.building import Images, debian
from tests.real.image.container import Container, contained
from tests.service import INSTANCE, Service, build, configuration
from tests.waiting import until

pytestmark = pytest.mark.real

MEMORY = 96 << 20
"""What docs/operations.md says is enough to begin with, in bytes."""

NOTIFICATIONS = 3000

Image = tuple[Path, dict[str, Any]]


@dataclass(frozen=True)
class Running:
    """A container, and the sidecar that is in it."""

    container: Container
    sidecar: Service


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    """The image, unpacked, and its configuration."""
    for program in ("buildah", "runc"):
        if shutil.which(program) is None:
            pytest.skip(f"there is no {program} to build or run an image with")
    images = Images(tmp_path_factory.mktemp("images"))
    images.imported(debian(), "localhost/python:debian")
    images.built("localhost/python:debian", "localhost/cdevents-adapters:test")
    yield images.unpacked("localhost/cdevents-adapters:test")
    shutil.rmtree(images.folder)


@pytest.fixture
def running(image: Image, tmp_path: Path) -> Iterator[Running]:
    """A container of it with nothing that it could do without."""
    root, described = image
    etc, volume = tmp_path / "etc", tmp_path / "volume"
    etc.mkdir()
    volume.mkdir()
    os.chown(volume, *map(int, described["User"].split(":")))
    sidecar = Service(volume, configuration(**_parts()))
    (etc / "adapters.yaml").write_text(sidecar.config.format(port=sidecar.port), encoding="utf-8")
    mounts = {"/etc/cdevents-adapters": etc, described["WorkingDir"]: volume}
    with contained(root, described, tmp_path, mounts, MEMORY) as container:
        until(lambda: sidecar.ready() or container.process.poll() is not None)
        assert container.process.poll() is None, (tmp_path / "log").read_text(errors="replace")
        yield Running(container, sidecar)


def _parts() -> dict[str, Any]:
    source = {"type": "webhook", "path": "/jenkins", "instance": INSTANCE, "mapping": "jenkins/notification"}
    return {
        "sources": {"jenkins": source},
        "sinks": {name: {"type": "file", "path": f"{name}.jsonl"} for name in ("legacy", "cdevents")},
        "routes": {name: {"format": name, "sink": name} for name in ("legacy", "cdevents")},
    }


def _all_are_published(sidecar: Service, name: str) -> bool:
    return len(sidecar.published(name)) >= NOTIFICATIONS


def test_it_works_with_little_and_may_do_nothing(running: Running) -> None:
    """Read-only, without a capability, in 96 MiB: thousands of notifications are acknowledged, and published."""
    status = running.container.status()
    assert running.container.limit() == MEMORY
    assert status["Uid"].split() == ["10001"] * 4
    assert {int(status[kind], 16) for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert "Read-only file system" in running.container.run("touch", "/opt/cdevents-adapters/written").stderr
    answers = {running.sidecar.ask("POST", "/jenkins", build(number))[0] for number in range(NOTIFICATIONS)}
    assert answers == {202}
    for name in ("legacy", "cdevents"):
        until(partial(_all_are_published, running.sidecar, name))
        assert len({event["id"] for event in running.sidecar.published(name)}) == NOTIFICATIONS


def test_it_ends_as_it_is_told(running: Running) -> None:
    """SIGTERM reaches it, and the exit code is that of an end in good order."""
    assert running.container.stop() == 0


def test_it_has_every_client_and_no_installer(image: Image) -> None:
    """What is in it is what was pinned for it: every extra, and nothing that could fetch more."""
    root, _ = image
    [packages] = (root / "opt" / "cdevents-adapters" / "lib").glob("python3*/site-packages")
    names = {path.name.partition("-")[0] for path in packages.glob("*.dist-info")}
    assert {"cdevents_adapters", "confluent_kafka", "aio_pika", "nats_py", "aiomqtt", "pygerrit2"} <= names
    assert "pip" not in names


def test_its_health_check_asks_it(image: Image, running: Running) -> None:
    """The command that the image says it is healthy by, where the configuration listens at another port."""
    _, described = image
    command = described["Healthcheck"]["Test"]
    assert command[0] == "CMD"
    healthy = ["env", f"HEALTH_URL=http://127.0.0.1:{running.sidecar.port}/healthz", *command[1:]]
    assert running.container.run(*healthy).returncode == 0

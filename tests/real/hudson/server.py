"""A real ancestor of Jenkins on the loopback interface: Hudson 1.395 from Maven Central, in a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from tests.brokers import Server
from tests.real import maven
from tests.service import free_port
from tests.waiting import until

HERE = Path(__file__).parent
OLDEST_JAVA = 11
"""The first that runs a program from its source; Hudson itself is older than all of them."""

START = 60.0
"""Seconds that it may take until it answers."""

ZONE = "Europe/Berlin"
"""Where it is: it names the directories of builds by its own clock."""

_BASE = ("lang", "lang.reflect", "util", "util.concurrent", "util.zip", "io", "text", "net")
_OPENED = [*(f"java.base/java.{package}" for package in _BASE), "java.desktop/java.awt.font"]
"""The packages whose insides it reads, as one could before Java 9."""

_CONFIG = """<?xml version='1.0' encoding='UTF-8'?>
<hudson>
  <numExecutors>2</numExecutors>
  <mode>NORMAL</mode>
  <useSecurity>false</useSecurity>
  <quietPeriod>0</quietPeriod>
  <slaveAgentPort>-1</slaveAgentPort>
</hudson>
"""


@dataclass(frozen=True)
class Hudson:
    """One that runs; `home` is where it keeps all that it has."""

    url: str
    home: Path

    def get(self, path: str) -> Any:
        """What its REST API says."""
        answer = requests.get(f"{self.url}{path}api/json", timeout=30)
        assert answer.ok, f"GET {path}: {answer.status_code}"
        return answer.json()

    def post(self, path: str, data: Any = None, **parameters: str) -> None:
        """Has it do something."""
        kind = {"Content-Type": "application/xml"} if isinstance(data, str) else {}
        answer = requests.post(f"{self.url}{path}", data, params=parameters, headers=kind, timeout=30)
        assert answer.ok, f"POST {path}: {answer.status_code} {answer.text[-500:]}"

    def create(self, name: str, config: str) -> None:
        """A new job."""
        self.post("createItem", config, name=name)

    def run(self, name: str, number: int = 1, **parameters: str) -> None:
        """Has a job built, and returns when the build of this number, which is its next, is over."""
        self.post(f"{path(name)}build{'WithParameters' if parameters else ''}", parameters)
        self.wait(name, number)

    def wait(self, name: str, number: int = 1) -> None:
        """Returns when a build is over."""
        until(lambda: any(build["number"] == number and not build["building"] for build in self.builds(name)))

    def builds(self, name: str) -> list[dict[str, Any]]:
        """The builds of a job, as the API tells of each."""
        return [self.get(f"{path(name)}{each['number']}/") for each in self.get(path(name))["builds"]]

    def workspace(self, name: str) -> Path:
        """Where a job's builds run."""
        return self.home / "jobs" / name / "workspace"


def path(job: str) -> str:
    """The path of a job, encoded as Hudson itself does it."""
    return f"job/{quote(job, safe='()')}/"


@contextmanager
def running(folder: Path) -> Iterator[Hudson]:
    """A Hudson that is ready; skips where there is no Java, Maven or Central."""
    home = folder / "home"
    home.mkdir()
    (home / "config.xml").write_text(_CONFIG)
    port = free_port()
    server = Server(port, _command(port), folder, {"HUDSON_HOME": str(home)})
    try:
        server.start()
        hudson = Hudson(f"http://127.0.0.1:{port}/", home)
        until(lambda: _answers(hudson), timeout=START)
        yield hudson
    finally:
        server.stop()


def _answers(hudson: Hudson) -> bool:
    """Whether it has more to say than that it is getting ready."""
    try:
        return requests.get(f"{hudson.url}api/json", timeout=30).ok
    except OSError:
        return False


def _command(port: int) -> list[str]:
    java = maven.java(OLDEST_JAVA, "Hudson", compiler=True)
    war = maven.libraries(HERE / "pom.xml") / "hudson-war-1.395.war"
    opened = [part for package in _OPENED for part in ("--add-opens", f"{package}=ALL-UNNAMED")]
    own = [
        f"-Duser.timezone={ZONE}",
        "-Djava.awt.headless=true",
        "-Dhudson.DNSMultiCast.disabled=true",
        "-Dhudson.udp=0",
        "-Dhudson.util.ProcessTree.disable=true",
        "-Dhudson.util.ProcessTreeKiller.disable=true",
    ]
    lean = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    listen = [f"--httpPort={port}", "--httpListenAddress=127.0.0.1", "--ajp13Port=-1"]
    return [java, *lean, *own, *opened, "-cp", str(war), str(HERE / "Hudson.java"), *listen]

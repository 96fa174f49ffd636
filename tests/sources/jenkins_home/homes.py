"""JENKINS_HOMEs for tests: real files, written as Jenkins writes them, and a source that looks at them."""

from __future__ import annotations

import asyncio
import base64
import gzip
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import orjson

from adapters.metrics import Metrics
from adapters.model import Checkpoint, Notification
from adapters.sources.contract import Context
from adapters.sources.jenkins.keeping import Sleep
from adapters.sources.jenkins.progress import parse
from adapters.sources.jenkins_home.settings import JenkinsHomeSettings
from adapters.sources.jenkins_home.source import JenkinsHome

HEARD = datetime(2026, 1, 1, tzinfo=UTC)
STARTED = 1767225600000


def freestyle(
    *, result: str | None = "SUCCESS", duration: int = 1000, actions: str = "", started: int = STARTED
) -> str:
    """The build.xml of a freestyle build."""
    ending = f"<result>{result}</result>" if result else ""
    return (
        f"<?xml version='1.1' encoding='UTF-8'?>\n<build><actions>{actions}</actions><queueId>5</queueId>"
        f"<timestamp>{started - 4}</timestamp><startTime>{started}</startTime>{ending}"
        f"<duration>{duration}</duration><charset>UTF-8</charset></build>"
    )


def pipeline(*, completed: bool = True, result: str = "SUCCESS", actions: str = "") -> str:
    """The build.xml of a Pipeline's build."""
    ending = f"<result>{result}</result><duration>60000</duration>" if completed else "<duration>0</duration>"
    return (
        f"<?xml version='1.1' encoding='UTF-8'?>\n<flow-build><actions>{actions}</actions><queueId>6</queueId>"
        f"<timestamp>{STARTED}</timestamp><startTime>{STARTED}</startTime>{ending}"
        f"<completed>{str(completed).lower()}</completed></flow-build>"
    )


def node(  # noqa: PLR0913  what a node has
    number: int, kind: str, *, parent: int = 0, start: int = 0, stage: str = "", actions: str = ""
) -> str:
    """The content of one node's file: `kind` is a class such as StepStartNode."""
    label = f"<wf.a.LabelAction><displayName>{escape(stage)}</displayName></wf.a.LabelAction>" if stage else ""
    closes = f"<startId>{start}</startId>" if start else ""
    descriptor = "<descriptorId>org.jenkinsci.plugins.workflow.support.steps.StageStep</descriptorId>" if stage else ""
    time = f"<wf.a.TimingAction><startTime>{STARTED + number}</startTime></wf.a.TimingAction>"
    return (
        f"<?xml version='1.1' encoding='UTF-8'?>\n<Tag><node class='cps.n.{kind}'><parentIds><string>{parent}</string>"
        f"</parentIds><id>{number}</id>{descriptor}{closes}</node><actions>{time}{label}{actions}</actions></Tag>"
    )


def note(identity: str, *, start: str | None = None, mac: bool = True) -> bytes:
    """A console note that names a node, as workflow-job writes it."""

    def text(value: str | None) -> bytes:
        return b"p" if value is None else b"t" + len(value).to_bytes(2) + value.encode()

    described = b"\xac\xed\x00\x05sr\x00=org.jenkinsci.plugins.workflow.job.console.NewNodeConsoleNote" + bytes(8)
    described += b"\x02\x00\x03L\x00\tenclosingt\x00\x12Ljava/lang/String;L\x00\x02idq\x00~\x00\x01L\x00\x05startq\x00~"
    described += b"\x00\x01xr\x00\x1ahudson.console.ConsoleNote" + bytes(8) + b"\x02\x00\x00xp"
    packed = gzip.compress(described + text(None) + text(identity) + text(start))
    signed = (-32).to_bytes(4, signed=True) + bytes(32) if mac else b""
    data = base64.b64encode(signed + len(packed).to_bytes(4) + packed)
    return b"\x1b[8mha:" + data + b"\x1b[0m"


@dataclass
class Home:
    """A JENKINS_HOME in a folder."""

    path: Path

    def __post_init__(self) -> None:
        (self.path / "jobs").mkdir(parents=True, exist_ok=True)

    def job(self, *folders: str, kind: str = "project") -> Path:
        """The directory of a job, made with its config.xml; `folders` are the directories under `jobs`."""
        directory = self.path / "jobs" / "/".join(folders)
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "config.xml").write_text(f"<?xml version='1.1'?>\n<{kind}></{kind}>")
        return directory


def build(job: Path, number: int, content: str | bytes | None = None, **files: bytes) -> Path:
    """A build's directory; its build.xml comes as Jenkins writes it, by a rename."""
    directory = job / "builds" / str(number)
    directory.mkdir(parents=True, exist_ok=True)
    (job / "nextBuildNumber").write_text(f"{number + 1}\n")
    for name, some in files.items():
        (directory / name.replace("__", ".")).write_bytes(some)
    if content is not None:
        save(directory / "build.xml", content)
    return directory


def flow(directory: Path, *nodes: str) -> None:
    """Nodes of a Pipeline's flow, each in its file."""
    (directory / "workflow").mkdir(exist_ok=True)
    for content in nodes:
        number = content.partition("<id>")[2].partition("<")[0]
        save(directory / "workflow" / f"{number}.xml", content)


def save(path: Path, content: str | bytes) -> None:
    """Writes a file as Jenkins' AtomicFileWriter does."""
    temporary = path.with_name(f"atomic{path.name}.tmp")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.rename(path)


@dataclass
class Heard:
    """What a source hands over, kept as a journal would keep it."""

    notifications: list[Notification] = field(default_factory=list)
    checkpoints: dict[str, str] = field(default_factory=dict)

    async def __call__(self, notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:
        """Keeps all of it."""
        self.notifications += notifications
        for each in checkpoints:
            if each.value is None:
                del self.checkpoints[each.key]
            else:
                self.checkpoints[each.key] = each.value

    @property
    def documents(self) -> list[dict[str, Any]]:
        """The documents, in order."""
        return [orjson.loads(each.body) for each in self.notifications]

    @property
    def events(self) -> list[str]:
        """What was told, such as `started job/shop/1/`."""
        return [f"{document['event']} {document['url']}" for document in self.documents]

    @property
    def progress(self) -> dict[str, str]:
        """The checkpoints, without the marks of the newest builds."""
        return {job: replace(parse(text), mark=None).text for job, text in self.checkpoints.items()}

    def twice(self) -> list[str]:
        """What was told more than once."""
        return [each for each, times in Counter(self.events).items() if times > 1]


def source(
    home: Path,
    checkpoints: Mapping[str, str] | None = None,
    sleep: Sleep = asyncio.sleep,
    cores: float = 1,
    **more: Any,
) -> JenkinsHome:
    """A source over a home, which goes on after checkpoints."""
    context = Context("jenkins", lambda: None, checkpoints or {}, Metrics(), lambda: HEARD, spare=cores - 1)
    return JenkinsHome(settings(home, **more), context, sleep)


def settings(home: Path, **more: Any) -> JenkinsHomeSettings:
    """Those of a source over a home."""
    values = {"type": "jenkins-home", "instance": "https://jenkins.example.com/", "home": str(home), **more}
    return JenkinsHomeSettings.model_validate(values)


def settle(*paths: Path, seconds: int = 60) -> None:
    """Makes changes look as if they had been some time ago, so that a directory counts as settled."""
    for path in paths:
        found = path.stat()
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns - seconds * 10**9))

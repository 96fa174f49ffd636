"""A container as an orchestrator would start it: a root that is read-only, no capability, a limit of memory."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real.image.building import said

_CAPABILITIES = ("bounding", "effective", "inheritable", "permitted", "ambient")


@dataclass(frozen=True)
class Container:
    """One that runs under runc; its network is this machine's."""

    name: str
    state: Path
    process: subprocess.Popen[bytes]

    def runc(self, *words: object) -> str:
        """What runc says of it; fails the test with its complaint."""
        command, *options = words
        return said("runc", "--root", self.state, command, *options)

    def status(self) -> dict[str, str]:
        """What the kernel says of its first process, by name (proc(5), `/proc/pid/status`)."""
        lines = Path(f"/proc/{self._pid()}/status").read_text(encoding="utf-8").splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def limit(self) -> int:
        """The bytes of memory that the kernel lets it have."""
        usage = json.loads(self.runc("events", "--stats", self.name))["data"]["memory"]["usage"]
        return int(usage["limit"])

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in it, as its user."""
        words = ["runc", "--root", str(self.state), "exec", self.name, *command]
        return subprocess.run(words, check=False, capture_output=True, text=True, timeout=60)

    def stop(self) -> int:
        """Asks it to end, as an orchestrator does, and gives its exit code."""
        self.runc("kill", self.name, signal.SIGTERM.name)
        return self.process.wait(60)

    def _pid(self) -> int:
        return int(json.loads(self.runc("state", self.name))["pid"])


@contextmanager
def contained(
    root: Path, image: Mapping[str, Any], folder: Path, mounts: Mapping[str, Path], memory: int
) -> Iterator[Container]:
    """An image's own command with these folders in it, and so many bytes of memory; it is gone at the end."""
    (folder / "config.json").write_text(json.dumps(_bundle(root, image, mounts, memory)), encoding="utf-8")
    state, name = folder / "runc", f"adapters-{folder.name}"
    command = ["runc", "--root", str(state), "run", "--bundle", str(folder), name]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield Container(name, state, process)
    finally:
        subprocess.run(["runc", "--root", str(state), "delete", "--force", name], check=False, capture_output=True)
        process.wait(60)


def _bundle(root: Path, image: Mapping[str, Any], mounts: Mapping[str, Path], memory: int) -> dict[str, Any]:
    """The config.json of the OCI runtime spec."""
    user, group = map(int, image["User"].split(":"))
    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": user, "gid": group},
            "args": [*image["Entrypoint"], *image["Cmd"]],
            "env": image["Env"],
            "cwd": image["WorkingDir"],
            "capabilities": {kind: [] for kind in _CAPABILITIES},
            "noNewPrivileges": True,
        },
        "root": {"path": str(root), "readonly": True},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            *(_bound(path, folder) for path, folder in mounts.items()),
        ],
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")],
            "resources": {"memory": {"limit": memory, "swap": memory}},
        },
    }


def _bound(path: str, folder: Path) -> dict[str, Any]:
    return {"destination": path, "type": "bind", "source": str(folder), "options": ["bind"]}

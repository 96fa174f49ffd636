"""A machine with control groups, as its files tell of them."""

from __future__ import annotations

from pathlib import Path

V2 = "0::{}\n"
V1 = "12:memory:{0}\n4:cpu,cpuacct:{0}\n0::/elsewhere\n"


def machine(root: Path, cgroup: str, files: dict[str, str]) -> Path:
    """One with control groups, whose files are below `/sys/fs/cgroup`."""
    for path, text in {"proc/self/cgroup": cgroup, **{f"sys/fs/cgroup/{name}": files[name] for name in files}}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root

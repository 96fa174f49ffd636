"""The control groups that this process is in: what a container, a pod or a unit may have (cgroups(7))."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

Told = Callable[[Path], float]
"""What the files in the folder of a group tell; raises OSError or ValueError where they do not."""


def told(root: Path, controller: str, second: Told, first: Told) -> Iterator[float]:
    """What its own group and all around it tell, by the files of the second version or of the first.

    `root` is where `/proc` and `/sys` are.
    """
    with suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers:
                yield from _within(root / "sys/fs/cgroup", group, second)
            elif controller in controllers.split(","):
                for mount in {controllers, controller}:
                    yield from _within(root / "sys/fs/cgroup" / mount, group, first)


def _within(mount: Path, group: str, tell: Told) -> Iterator[float]:
    """Of a group and all that it is in: in a container its own may be where the first of all is."""
    path = Path(group.lstrip("/"))
    for each in (path, *path.parents):
        with suppress(OSError, ValueError, ZeroDivisionError):
            yield tell(mount / each)

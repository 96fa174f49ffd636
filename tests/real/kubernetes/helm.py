"""A real Helm, built from its published module."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.real import golang
from tests.real.kubernetes.cluster import Cluster

_HELM = ("helm.sh/helm/v3/cmd/helm", "v3.21.4")


class Helm:
    """The program, with a cache of its own, in a namespace of a cluster; without one, for what needs none."""

    def __init__(self, folder: Path, namespace: str, found: Cluster | None = None) -> None:
        self._program, self._namespace = golang.program(*_HELM), namespace
        homes = {f"HELM_{each}_HOME": str(folder / each) for each in ("CACHE", "CONFIG", "DATA")}
        cluster = str(found.folder / "kubeconfig") if found else os.devnull
        self._environment = {**os.environ, **homes, "KUBECONFIG": cluster}

    def run(self, *words: str, code: int = 0, namespace: str = "") -> str:
        """What one command tells, which ends as it should."""
        command = [self._program, "--namespace", namespace or self._namespace, *words]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120, env=self._environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

"""etcd, and Kubernetes' API server and controllers, built from their published modules."""

from __future__ import annotations

import re
from pathlib import Path

from tests.real import golang

KUBERNETES, STAGING = "v1.36.3", "v0.36.3"
ETCD = "v3.6.16"

_MODULE = "k8s.io/kubernetes"
_COMMANDS = ("kube-apiserver", "kube-controller-manager")


def kubernetes() -> Path:
    """The folder of `kube-apiserver` and `kube-controller-manager`.

    Kubernetes takes the modules that it stages from folders beside it; each of them is published as well.
    """
    staged = re.findall(r"^\s*(\S+) => \./staging", golang.module_file(_MODULE, KUBERNETES), re.MULTILINE)
    replaced = "".join(f"replace {each} => {each} {STAGING}\n\n" for each in staged)
    module = f"module controlplane\n\ngo 1.26.0\n\nrequire {_MODULE} {KUBERNETES}\n\n{replaced}"
    return golang.programs(f"kubernetes-{KUBERNETES}", module, [f"{_MODULE}/cmd/{each}" for each in _COMMANDS])


def etcd() -> Path:
    """The folder of `v3`, which is etcd."""
    module = f"module etcd\n\ngo 1.24\n\nrequire go.etcd.io/etcd/server/v3 {ETCD}\n"
    return golang.programs(f"etcd-{ETCD}", module, ["go.etcd.io/etcd/server/v3"])

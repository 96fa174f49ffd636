"""A real control plane: etcd, the API server and the controllers of workloads. There are no nodes: tests play them."""

from __future__ import annotations

import base64
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import requests
import yaml
from requests.adapters import HTTPAdapter

from tests.brokers import Server
from tests.checkout import ROOT
from tests.real.kubernetes import programs
from tests.service import free_port
from tests.waiting import until

Json = dict[str, Any]

ADMIN, SIDECAR = "token-of-the-administrator", "token-of-the-sidecar"
CONTROLLERS = "deployment-controller,replicaset-controller,statefulset-controller,daemonset-controller,job-controller"
CLEANERS = "garbage-collector-controller,namespace-controller"

PATIENCE = 120.0
"""Seconds that a part may take to be ready."""


@dataclass
class Cluster:
    """The parts, each of which may be killed and started again, and what an administrator may do."""

    folder: Path
    etcd: Server
    api: Server
    controllers: Server
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def url(self) -> str:
        """Of the API server."""
        return f"https://{self.api.address}"

    @property
    def authority(self) -> Path:
        """The certificate that the API server made for itself."""
        return self.folder / "certificates" / "apiserver.crt"

    def start(self) -> None:
        """Starts all, and returns when objects can be made."""
        self.etcd.start()
        self.start_api()
        self.controllers.start()

    def start_api(self) -> None:
        """Starts the API server, and returns when it is ready."""
        self.api.start()
        self.session.mount("https://", HTTPAdapter(pool_maxsize=50))
        self.session.trust_env = False  # REQUESTS_CA_BUNDLE would count for more than what is said here
        self.session.verify = str(self.authority)
        self.session.headers["Authorization"] = f"Bearer {ADMIN}"
        until(self._ready, timeout=PATIENCE)

    def _ready(self) -> bool:
        with suppress(requests.RequestException):
            return self.session.get(f"{self.url}/readyz", timeout=5).ok
        return False

    def stop(self) -> None:
        """Ends all of it."""
        for part in (self.controllers, self.api, self.etcd):
            if part.process is not None:
                part.kill()

    def ask(self, method: str, path: str, document: Any = None, kind: str = "application/json", **query: str) -> Json:
        """One request of the administrator, made again while the API server is away or another change came first."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.session.request(
                    method,
                    self.url + path,
                    params=query,
                    json=document,
                    headers={"Content-Type": kind},
                    timeout=30,
                )
            except requests.RequestException:
                answer = None
            if answer is not None and (
                answer.ok or (answer.status_code in (404, 409) and method in ("POST", "DELETE"))
            ):
                found: Json = answer.json()
                return found
            told = answer.text if answer is not None else "no answer"
            assert time.monotonic() < deadline, f"{method} {path}: {told}"
            assert answer is None or answer.status_code not in (400, 403, 422), f"{method} {path}: {told}"
            time.sleep(0.2)

    def get(self, path: str, **query: str) -> Json:
        """An object, or a list."""
        return self.ask("GET", path, **query)

    def make(self, path: str, document: Json) -> Json:
        """Makes an object; one that was made by an attempt whose answer was lost is as good."""
        return self.ask("POST", path, document)

    def patch(self, path: str, document: Json) -> Json:
        """Changes some of an object."""
        return self.ask("PATCH", path, document, "application/strategic-merge-patch+json")

    def compact(self) -> None:
        """Makes etcd forget all that was, as it does every five minutes."""
        with requests.Session() as session:
            url = f"http://{self.etcd.address}/v3/kv"
            revision = session.post(f"{url}/range", json={"key": "AA=="}, timeout=30).json()["header"]["revision"]
            session.post(f"{url}/compaction", json={"revision": revision, "physical": True}, timeout=30)

    def store(self, objects: Mapping[str, Json]) -> None:
        """Writes objects into etcd at once, by their keys there; the API server hears of it by its own watch."""
        puts = [
            {"requestPut": {"key": _base64(key.encode()), "value": _base64(orjson.dumps(each))}}
            for key, each in objects.items()
        ]
        answer = requests.post(f"http://{self.etcd.address}/v3/kv/txn", json={"success": puts}, timeout=60)
        assert answer.ok, answer.text

    def permit(self) -> None:
        """Gives the sidecar's user the role that config/ shows, and nothing else."""
        text = (ROOT / "config" / "kubernetes" / "cluster.yaml").read_text(encoding="utf-8")
        [role] = [each for each in yaml.safe_load_all(text) if each["kind"] == "ClusterRole"]
        rules = "/apis/rbac.authorization.k8s.io/v1"
        self.make(f"{rules}/clusterroles", role)
        bound = {
            "metadata": {"name": "cdevents"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": role["metadata"]["name"],
            },
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "cdevents"}],
        }
        self.make(f"{rules}/clusterrolebindings", bound)

    def source(self, address: str | None = None, **more: Any) -> Json:
        """The settings of a source that asks this cluster, at another address than its own if need be."""
        url = f"https://{address}" if address else self.url
        way = {"url": url, "token": SIDECAR, "tls": {"ca": str(self.authority)}}
        return {"type": "kubernetes", "instance": "https://north.k8s.example.com/", **way, **more}


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """One that is up, with the sidecar's user known in it; skips where its programs cannot be had."""
    kubernetes, etcd = programs.kubernetes(), programs.etcd()
    store = _etcd(folder, etcd)
    found = Cluster(folder, store, *_kubernetes(folder, kubernetes, store.address))
    try:
        found.start()
        found.permit()
        yield found
    finally:
        found.stop()


def _etcd(folder: Path, programs_: Path) -> Server:
    port, peers = free_port(), free_port()
    own = _folder(folder / "etcd")
    client, peer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peers}"
    options = {
        "data-dir": str(own / "data"),
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
        "unsafe-no-fsync": "true",
    }
    return Server(port, [str(programs_ / "v3"), *_flags(options)], own)


def _kubernetes(folder: Path, programs_: Path, store: str) -> tuple[Server, Server]:
    port, api, controllers = free_port(), _folder(folder / "api"), _folder(folder / "controllers")
    key, tokens, kubeconfig = folder / "service.key", folder / "tokens.csv", folder / "kubeconfig"
    subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True, timeout=60)
    tokens.write_text(f"{ADMIN},admin,admin,system:masters\n{SIDECAR},cdevents,cdevents\n")
    kubeconfig.write_text(yaml.safe_dump(_kubeconfig(folder, port)))
    server = {
        "etcd-servers": f"http://{store}",
        "secure-port": str(port),
        "bind-address": "127.0.0.1",
        "advertise-address": "127.0.0.1",
        "cert-dir": str(folder / "certificates"),
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": str(key),
        "service-account-signing-key-file": str(key),
        "token-auth-file": str(tokens),
        "authorization-mode": "RBAC",
        "disable-admission-plugins": "ServiceAccount,TaintNodesByCondition",
        "endpoint-reconciler-type": "none",
    }
    manager = {
        "kubeconfig": str(kubeconfig),
        "controllers": f"{CONTROLLERS},{CLEANERS}",
        "leader-elect": "false",
        "secure-port": "0",  # it serves nothing: another cluster's may run beside it
        "kube-api-qps": "400",
        "kube-api-burst": "800",
    }
    return (
        Server(port, [str(programs_ / "kube-apiserver"), *_flags(server)], api),
        Server(port, [str(programs_ / "kube-controller-manager"), *_flags(manager)], controllers),
    )


def _kubeconfig(folder: Path, port: int) -> Json:
    certificate = str(folder / "certificates" / "apiserver.crt")
    return {
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "admin"}}],
        "clusters": [
            {"name": "test", "cluster": {"server": f"https://127.0.0.1:{port}", "certificate-authority": certificate}}
        ],
        "users": [{"name": "admin", "user": {"token": ADMIN}}],
    }


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _flags(options: Json) -> list[str]:
    return [f"--{name}={value}" for name, value in options.items()]


def _folder(path: Path) -> Path:
    path.mkdir(parents=True)
    return path

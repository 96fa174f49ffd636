"""The way in to a cluster: where its API is, whom to trust, and as whom to ask."""

from __future__ import annotations

import base64
import os
import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from adapters.errors import ConfigError, Problem
from adapters.sources.kubernetes.cluster import ClusterSettings
from adapters.tls import Tls, context

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds its token and the cluster's authority (Kubernetes, Accessing the Kubernetes API from a Pod)."""


@dataclass(frozen=True, slots=True)
class Access:
    """`token` and `tls` read their files when they are called: both are renewed while this runs. They raise OSError."""

    url: str
    token: Callable[[], str | None]
    tls: Callable[[], ssl.SSLContext]
    server_name: str | None = None
    proxy: str | None = None


def access(settings: ClusterSettings, environ: Mapping[str, str] = os.environ) -> Access:
    """What the settings describe; raises ConfigError where a file or its content is not as it must be."""
    if settings.kubeconfig is not None:
        return _of_kubeconfig(settings.kubeconfig, settings.context)
    if settings.url is not None:
        token = settings.token.get_secret_value if settings.token else lambda: None
        return Access(settings.url.rstrip("/"), token, lambda: context(settings.tls))
    return _in_cluster(environ)


def _in_cluster(environ: Mapping[str, str]) -> Access:
    account = SERVICE_ACCOUNT
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT", "443")
    if not host or not (account / "token").is_file():
        hint = "name a 'kubeconfig', or a 'url' with a 'token'"
        raise ConfigError([Problem("type: kubernetes", "this does not run as a service account of a cluster", hint)])
    address = f"[{host}]" if ":" in host else host
    return Access(
        f"https://{address}:{port}",
        lambda: (account / "token").read_text().strip(),
        lambda: context(Tls(ca=account / "ca.crt")),
    )


def _of_kubeconfig(file: Path, name: str | None) -> Access:
    """Of the file's context (kubernetes.io, Organizing Cluster Access Using kubeconfig Files)."""
    document = _Kubeconfig(file)
    chosen = document.named("context", name or document.current)
    cluster = document.named("cluster", chosen.get("cluster"))
    user = document.named("user", chosen["user"]) if chosen.get("user") else {}
    document.refuse(user, "exec", "auth-provider", "username")
    if not isinstance(cluster.get("server"), str):
        raise document.wrong("its cluster has no 'server'")
    result = Access(
        cluster["server"].rstrip("/"),
        document.token(user),
        lambda: document.tls(cluster, user),
        cluster.get("tls-server-name"),
        cluster.get("proxy-url"),
    )
    try:
        result.token(), result.tls()
    except (OSError, ValueError) as error:
        raise document.wrong(str(error)) from None
    return result


class _Kubeconfig:
    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            found = yaml.safe_load(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise self.wrong(f"it cannot be read: {error.strerror}") from None
        except (yaml.YAMLError, UnicodeDecodeError):
            raise self.wrong("it is not YAML") from None
        self._document: dict[str, Any] = found if isinstance(found, dict) else {}
        self.current = self._document.get("current-context")

    def wrong(self, what: str, hint: str = "") -> ConfigError:
        return ConfigError([Problem("kubeconfig", f"{self._file}: {what}", hint)])

    def named(self, kind: str, name: Any) -> dict[str, Any]:
        """Of a list such as `clusters`, what the entry of a name has under `cluster`; raises ConfigError."""
        entries = self._document.get(f"{kind}s")
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("name") == name and isinstance(entry.get(kind), dict):
                return dict(entry[kind])
        raise self.wrong(f"there is no {kind} '{name}'" if name else f"it does not say which {kind}")

    def refuse(self, user: Mapping[str, Any], *ways: str) -> None:
        if used := [way for way in ways if user.get(way)]:
            hint = "make a service account, and give its token"
            raise self.wrong(f"its user gets in by '{used[0]}', which is not for a service", hint)

    def token(self, user: Mapping[str, Any]) -> Callable[[], str | None]:
        if file := user.get("tokenFile"):
            return lambda: self._path(file).read_text().strip()
        return lambda: user.get("token")

    def tls(self, cluster: Mapping[str, Any], user: Mapping[str, Any]) -> ssl.SSLContext:
        """Raises OSError or ValueError for what is no certificate or key."""
        with (
            self._kept(cluster, "certificate-authority") as ca,
            self._kept(user, "client-certificate") as certificate,
            self._kept(user, "client-key") as key,
        ):
            verify = cluster.get("insecure-skip-tls-verify") is not True
            return context(Tls(verify=verify, ca=ca, certificate=certificate, key=key))

    @contextmanager
    def _kept(self, of: Mapping[str, Any], what: str) -> Iterator[Path | None]:
        """A file with what an entry names or, as `<what>-data`, has: Python's `ssl` reads files only."""
        if data := of.get(f"{what}-data"):
            with tempfile.NamedTemporaryFile(prefix="cdevents-adapters-") as file:
                file.write(base64.b64decode(data))
                file.flush()
                yield Path(file.name)
        else:
            yield self._path(of[what]) if of.get(what) else None

    def _path(self, name: str) -> Path:
        """Relative to the file, as kubectl has it."""
        return self._file.parent / name

"""The way in to a cluster: by a kubeconfig, as a pod's service account, or by a URL and a token."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from adapters.errors import ConfigError
from adapters.sources.kubernetes import access as module
from adapters.sources.kubernetes.access import access
from adapters.sources.kubernetes.settings import KubernetesSettings
from tests.certificates import identity

Json = dict[str, Any]


def settings(**given: Any) -> KubernetesSettings:
    """Settings that follow rollouts."""
    usual = {"type": "kubernetes", "instance": "https://north.k8s.example.com/", "rollouts": {}}
    return KubernetesSettings.model_validate(usual | given)


def kubeconfig(folder: Path, user: Json, cluster: Json | None = None, **more: Any) -> Path:
    """A file with two contexts, of which `north` is the current one."""
    document = {
        "current-context": "north",
        "contexts": [
            {"name": "south", "context": {"cluster": "south", "user": "bob"}},
            {"name": "north", "context": {"cluster": "north", "user": "anna"}},
        ],
        "clusters": [
            {"name": "north", "cluster": {"server": "https://north.example.com:6443", **(cluster or {})}},
            {"name": "south", "cluster": {"server": "https://south.example.com/prefix/"}},
        ],
        "users": [{"name": "anna", "user": user}, {"name": "bob", "user": {"token": "of-bob"}}],
        **more,
    }
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(document))
    return file


def encoded(file: Path) -> str:
    """As a kubeconfig has what it does not name."""
    return base64.b64encode(file.read_bytes()).decode()


def test_the_current_context_counts_unless_another_is_named(tmp_path: Path) -> None:
    """With its cluster and its user."""
    file = kubeconfig(tmp_path, {"token": "of-anna"})
    north, south = access(settings(kubeconfig=file)), access(settings(kubeconfig=file, context="south"))
    assert (north.url, north.token()) == ("https://north.example.com:6443", "of-anna")
    assert (south.url, south.token()) == ("https://south.example.com/prefix", "of-bob")


def test_a_token_in_a_file_is_read_anew(tmp_path: Path) -> None:
    """The file is found from the kubeconfig's folder; it is renewed while this runs."""
    (tmp_path / "token").write_text("first\n")
    found = access(settings(kubeconfig=kubeconfig(tmp_path, {"tokenFile": "token"})))
    assert found.token() == "first"
    (tmp_path / "token").write_text("second\n")
    assert found.token() == "second"


def test_certificates_may_stand_in_the_file(tmp_path: Path) -> None:
    """The authority, and a client's with its key; none of them is left on the disk."""
    authority, anna = identity(tmp_path, "authority"), identity(tmp_path, "anna")
    user = {"client-certificate-data": encoded(anna.certificate), "client-key-data": encoded(anna.key)}
    cluster = {"certificate-authority-data": encoded(authority.certificate), "tls-server-name": "api"}
    file = kubeconfig(tmp_path, user, cluster)
    found = access(settings(kubeconfig=file))
    assert found.server_name == "api"
    assert len(found.tls().get_ca_certs()) == 1


@pytest.mark.parametrize(
    ("document", "wrong"),
    [
        ({"current-context": "west"}, "there is no context 'west'"),
        ({"current-context": None}, "it does not say which context"),
        ({"clusters": []}, "there is no cluster 'north'"),
        ({"clusters": [{"name": "north", "cluster": {}}]}, "its cluster has no 'server'"),
        ({"users": [{"name": "anna", "user": {"exec": {"command": "aws"}}}]}, "gets in by 'exec'"),
        ({"users": [{"name": "anna", "user": {"tokenFile": "/nowhere/token"}}]}, "No such file"),
        ({"users": [{"name": "anna", "user": {"client-certificate-data": "!"}}]}, ""),
        ({"contexts": "none"}, "there is no context 'north'"),
    ],
)
def test_what_is_wrong_with_a_kubeconfig_is_said(tmp_path: Path, document: Json, wrong: str) -> None:
    """With the file, before anything runs."""
    with pytest.raises(ConfigError, match="kubeconfig") as caught:
        access(settings(kubeconfig=kubeconfig(tmp_path, {"token": "x"}, **document)))
    assert wrong in str(caught.value)


@pytest.mark.parametrize("text", ["{", "- a\n- b\n", ""])
def test_a_file_that_is_no_kubeconfig_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    """Neither is one that is not there."""
    (tmp_path / "kubeconfig").write_text(text)
    with pytest.raises(ConfigError, match="kubeconfig"):
        access(settings(kubeconfig=tmp_path / "kubeconfig"))
    with pytest.raises(ConfigError, match="cannot be read"):
        access(settings(kubeconfig=tmp_path / "nowhere"))


def test_in_a_cluster_the_service_account_of_the_pod_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its token is read at each request, for it is renewed within an hour."""
    (tmp_path / "token").write_text("first")
    monkeypatch.setattr(module, "SERVICE_ACCOUNT", tmp_path)
    found = access(settings(), {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443"})
    assert found.url == "https://[fd00::1]:6443"
    (tmp_path / "token").write_text("second")
    assert found.token() == "second"


def test_out_of_a_cluster_it_is_said_what_is_missing() -> None:
    """Instead of a connection that nobody can make."""
    with pytest.raises(ConfigError, match="name a 'kubeconfig', or a 'url' with a 'token'"):
        access(settings(), {})


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"kubeconfig": "a", "url": "https://b"}, "two ways"),
        ({"context": "a"}, "one of a 'kubeconfig'"),
        ({"token": "a"}, "go with 'url'"),
        ({"rollouts": None}, "nothing is watched"),
        ({"url": "https://me:secret@b"}, "expected"),
        ({"rollouts": {"kinds": ["Job"]}}, "Rollout"),
        ({"watch": [{"apiVersion": "v1", "kind": "Pod", "changes": ["a | lower"]}]}, "path"),
        ({"watch": [{"apiVersion": "v1", "kind": "pods", "changes": ["a"]}]}, "expected"),
        ({"namespaces": ["Shop"]}, "expected a name"),
    ],
)
def test_settings_that_mean_nothing_are_refused(given: Json, wrong: str) -> None:
    """With what would."""
    with pytest.raises(ValidationError, match=wrong):
        settings(**given)

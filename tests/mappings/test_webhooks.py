"""The shipped mappings in a real sidecar: what tools POST, with the credentials that they have, becomes the goldens."""

from __future__ import annotations

import hmac
import http.client
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapters.cdevents.document import document
from adapters.goldens import Sent, context, run, sent
from adapters.mapping.library import find, shipped
from adapters.model import LOOKED_UP, Spec
from adapters.sources.auth.schemes import SCHEMES
from tests.mappings.support import inputs
from tests.service import Service, running

pytestmark = pytest.mark.slow

SECRET = "only the tool and the sidecar know this"
AUTH: dict[str, dict[str, Any]] = {
    "artifactory/webhook": {"hmac": {"scheme": "jfrog", "secret": SECRET}},
    "atlantis/webhook": {"header": {"name": "Authorization", "value": SECRET}},
    "azure/devops": {"header": {"name": "X-Webhook-Token", "value": SECRET}},
    "bitbucket/cloud": {"hmac": {"scheme": "bitbucket", "secret": SECRET}},
    "bitbucket/datacenter": {"hmac": {"scheme": "bitbucket", "secret": SECRET}},
    "buildkite/webhook": {"header": {"name": "X-Buildkite-Token", "value": SECRET}},
    "circleci/webhook": {"hmac": {"scheme": "circleci", "secret": SECRET}},
    "flux/notification": {"hmac": {"scheme": "flux", "secret": SECRET}},
    "github/checks": {"hmac": {"scheme": "github", "secret": SECRET}},
    "github/events": {"hmac": {"scheme": "github", "secret": SECRET}},
    "github/issues": {"hmac": {"scheme": "github", "secret": ["a new one", SECRET]}},
    "github/package": {"hmac": {"header": "X-Hub-Signature-256", "prefix": "sha256=", "secret": SECRET}},
    "gitlab/events": {"header": {"name": "X-Gitlab-Token", "value": SECRET}},
    "gitlab/issues": {"header": {"name": "X-Gitlab-Token", "value": SECRET}},
    "grafana/alerting": {"hmac": {"scheme": "grafana", "secret": SECRET}},
    "harbor/webhook": {"header": {"name": "Authorization", "value": SECRET}},
    "jira/webhook": {"hmac": {"scheme": "jira", "secret": SECRET}},
    "nexus/webhook": {"hmac": {"header": "X-Nexus-Webhook-Signature", "algorithm": "sha1", "secret": SECRET}},
    "pagerduty/webhook": {"hmac": {"scheme": "pagerduty", "secret": SECRET}},
    "sentry/webhook": {"hmac": {"scheme": "sentry", "secret": SECRET}},
    "terraform/cloud": {"hmac": {"scheme": "hcp-terraform", "secret": SECRET}},
}
"""How the headers of these mappings say that their tools are known."""

MAPPINGS = shipped()  # also those of logs, whose lines a webhook takes as well
Key = tuple[str, str, str]


def _path(mapping: str, file: Path) -> str:
    """Where an input is posted to: those with variables of their own have a source of their own."""
    return f"/{mapping}/{file.stem}" if file.stem in context(mapping).inputs else f"/{mapping}"


def _source(mapping: str, file: Path) -> dict[str, Any]:
    found = context(mapping)
    source = {"type": "webhook", "path": _path(mapping, file), "instance": found.instance, "mapping": mapping}
    return {**source, "variables": _placed(mapping, found.of(file).variables)} | (
        {"auth": AUTH[mapping]} if mapping in AUTH else {}
    )


def _placed(mapping: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of an example, whose paths are from its mapping's folder."""
    folder = find(mapping).parent
    files = {name: folder / value for name, value in variables.items() if isinstance(value, str) and value}
    return {**variables, **{name: str(path) for name, path in files.items() if path.is_file()}}


def _config() -> str:
    """The configuration of a sidecar that listens to every tool; `{port}` is still to be filled in."""
    settings = {
        "server": {"listen": "127.0.0.1:PORT", "drain": "60s"},
        "journal": {"path": "journal.db"},
        "sources": {
            _path(mapping, file).strip("/").replace("/", "-"): _source(mapping, file)
            for mapping in MAPPINGS
            for file in inputs(mapping)
        },
        "sinks": {"file": {"type": "file", "path": "cdevents.jsonl"}},
        "routes": {"cdevents": {"format": "cdevents", "sink": "file"}},
    }
    return yaml.safe_dump(settings).replace("{", "{{").replace("}", "}}").replace("PORT", "{port}")


def _signed(mapping: str, each: Sent) -> Mapping[str, str]:
    auth = AUTH.get(mapping, {})
    if "header" in auth:
        return {**each.headers, auth["header"]["name"]: SECRET}
    if "hmac" in auth:
        written = {**SCHEMES.get(auth["hmac"].get("scheme"), {}), **auth["hmac"]}
        signature = hmac.new(SECRET.encode(), each.body, written.get("algorithm", "sha256")).hexdigest()
        return {**each.headers, written["header"]: written.get("prefix", "") + signature}
    return each.headers


def _posted(service: Service, mapping: str, file: Path, each: Sent) -> int:
    status: int = service.ask("POST", _path(mapping, file), each.body, _signed(mapping, each))[0]
    return status


def _is_posted(file: Path) -> bool:
    """Whether it is as a tool sends it: what a registry was asked is never taken from a request."""
    return not any(LOOKED_UP in each.headers for each in sent(file))


def _expected(mapping: str) -> Iterator[Key]:
    for golden in run(mapping).goldens:
        for event in golden.events if _is_posted(golden.input) else ():
            written = document(event, Spec.V0_5_1)
            yield written["context"]["source"], written["context"]["type"], written["subject"]["id"]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A sidecar with a source for each mapping."""
    with running(tmp_path_factory.mktemp("sidecar"), _config()) as service:
        yield service


@pytest.mark.parametrize("mapping", AUTH)
def test_what_is_not_signed_is_refused(mapping: str, service: Service) -> None:
    """A stranger's notification is never translated."""
    [each] = sent(inputs(mapping)[0])
    assert service.ask("POST", f"/{mapping}", each.body)[0] == http.client.UNAUTHORIZED


def test_what_tools_post_becomes_their_goldens(service: Service) -> None:
    """Through the server, the journal and a sink, with the headers that a mapping reads and no credential."""
    for mapping in MAPPINGS:
        for path in filter(_is_posted, inputs(mapping)):
            for each in sent(path):
                assert _posted(service, mapping, path, each) == http.client.ACCEPTED
    assert service.stop() == 0
    found = [(each["source"], each["type"], each["subject"]) for each in service.published("cdevents")]
    assert Counter(found) == Counter(key for mapping in MAPPINGS for key in _expected(mapping))
    assert SECRET.encode() not in Path(service.folder / "journal.db").read_bytes()

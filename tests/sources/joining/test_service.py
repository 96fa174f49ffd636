"""A sidecar that hears deployments and alerts joins them, whatever becomes of it between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from adapters.cli import main
from tests.service import INSTANCE, Service, configuration
from tests.sources.joining.support import alert, links
from tests.waiting import until

DIGEST = f"sha256:{'5' * 64}"


def _deployed() -> dict[str, Any]:
    """What Jenkins says of a run that deployed the shop."""
    parameters = {"ARTIFACT": f"registry.example.com/team/shop@{DIGEST}", "ENVIRONMENT": "prod", "SERVICE": "prod/shop"}
    build = {"number": 3, "phase": "FINALIZED", "status": "SUCCESS", "url": "job/deploy/3/", "parameters": parameters}
    return {"name": "deploy", "url": "job/deploy/", "build": {**build, "timestamp": 1777000000000, "duration": 5}}


def test_an_alert_after_a_kill_is_in_the_chain_of_the_deployment_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By way of the journal, which `trace` reads as well."""
    jenkins = {"instance": INSTANCE, "mapping": "jenkins/notification", "variables": {"deploy_jobs": "deploy"}}
    alerts = {"instance": "https://alerts.example.com/", "mapping": "alertmanager/webhook"}
    config = configuration(
        sources={
            "jenkins": {"type": "webhook", "path": "/jenkins", **jenkins},
            "alerts": {"type": "webhook", "path": "/alerts", **alerts},
        },
        sinks={"file": {"type": "file", "path": "cdevents.jsonl"}},
        routes={"cdevents": {"format": "cdevents", "sink": "file"}},
    )
    sidecar = Service(tmp_path, config)
    sidecar.start()
    try:
        assert sidecar.ask("POST", "/jenkins", orjson.dumps(_deployed()))[0] == 202
        sidecar.kill()
        sidecar.start()
        assert sidecar.ask("POST", "/alerts", orjson.dumps(alert(10)))[0] == 202
        until(lambda: "incident.detected" in str(sidecar.published("cdevents")))
    finally:
        sidecar.kill()
    told = {each["type"].split(".")[2]: each["data"] for each in sidecar.published("cdevents")}
    deployment, incident = told["service"], told["incident"]
    assert incident["context"]["chainId"] == deployment["context"]["chainId"]
    assert links(incident, "ROLLOUT") == [deployment["context"]["id"]]
    assert incident["subject"]["content"]["artifactId"] == deployment["subject"]["content"]["artifactId"]
    monkeypatch.chdir(sidecar.folder)
    traced = CliRunner().invoke(main, ["trace", DIGEST, "--config", "config.yaml"])
    assert "└── 2026-05-04T11:10:00Z  incident.detected" in traced.stdout, traced.output

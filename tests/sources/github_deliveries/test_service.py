"""A sidecar that was away when GitHub told of something hears it when it is back, as if it had been there."""

from __future__ import annotations

from pathlib import Path

import orjson

from tests.mappings.support import golden
from tests.service import Service, configuration
from tests.sources.github_deliveries.fake import HOOK, FakeGithub
from tests.waiting import until


def test_what_the_webhook_missed_has_the_ids_that_it_would_have_had(tmp_path: Path, github: FakeGithub) -> None:
    """What it did not miss is heard once; both publish events of one instance."""
    tool = {"instance": "https://github.com/", "mapping": "github/events"}
    missed = {"type": "github-deliveries", "hook": HOOK, "url": github.url, "token": "t", "poll": "200ms"}
    config = configuration(
        sources={
            "github": {"type": "webhook", "path": "/github", **tool},
            "github-missed": {**missed, "since": "2026-05-01T00:00:00Z", **tool},
        },
        sinks={"file": {"type": "file", "path": "cdevents.jsonl"}},
        routes={"cdevents": {"format": "cdevents", "sink": "file"}},
    )
    opened, merged = (golden("github/events", f"request-{name}.json") for name in ("opened", "merged"))
    github.deliver(opened, 1_777_889_430, 502, event="pull_request")
    github.deliver(merged, 1_777_892_401, 202, event="pull_request")
    sidecar = Service(tmp_path, config)
    sidecar.start()
    try:
        until(lambda: len(sidecar.published("cdevents")) == 1)
        assert sidecar.ask("POST", "/github", orjson.dumps(merged))[0] == 202
        until(lambda: len(sidecar.published("cdevents")) == 2)
        assert sidecar.ask("POST", "/github", orjson.dumps(opened))[0] == 202
        until(lambda: len(sidecar.published("cdevents")) == 3)
    finally:
        sidecar.kill()
    heard, later, again = (each["data"]["context"] for each in sidecar.published("cdevents"))
    assert (heard["type"], later["type"]) == ("dev.cdevents.change.created.0.4.0", "dev.cdevents.change.merged.0.3.0")
    assert heard["id"] == again["id"]
    assert heard["chainId"] == later["chainId"]

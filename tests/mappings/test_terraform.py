"""A run of Terraform, however its lines are heard, is the same events, and the values of its outputs are nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.mapping.library import find
from tests.enveloped import enveloped
from tests.mappings.support import events
from tests.service import configuration, running
from tests.waiting import until

MAPPING = "terraform/json"
RUN = find(MAPPING).with_name("inputs").joinpath("apply.log").read_bytes()
SECRET = b"not-a-real-secret"
SOURCE = {"instance": "https://infra.example.com/", "mapping": MAPPING, "variables": {"stack": "network/eu"}}
ROUTES: dict[str, Any] = {
    "sinks": {name: {"type": "file", "path": f"{name}.jsonl"} for name in ("legacy", "cdevents")},
    "routes": {name: {"format": name, "sink": name} for name in ("legacy", "cdevents")},
}


def identities(published: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The type and id of each event."""
    return sorted((each["type"], each["id"]) for each in published)


@pytest.mark.parametrize("envelope", [None, "docker", "cri"])
def test_a_log_that_grows_tells_what_a_post_of_it_tells(tmp_path: Path, envelope: str | None) -> None:
    """Line by line, as a host or a container has them, in pieces; no output of it is on disk or published."""
    text = enveloped(envelope, RUN) + b"\n" if envelope else RUN
    webhook = {**SOURCE, "type": "webhook", "path": "/terraform"}
    tail = {**SOURCE, "type": "tail", "paths": ["*.in"], "record_wait": "300ms", "poll": "50ms"}
    with running(tmp_path, configuration(sources={"tail": tail, "webhook": webhook}, **ROUTES)) as sidecar:
        (tmp_path / "run.in").write_bytes(text)
        until(lambda: len(sidecar.published("cdevents")) == 2)
        heard = identities(sidecar.published("cdevents"))
        assert sidecar.ask("POST", "/terraform", RUN)[0] == 202
        until(lambda: len(sidecar.published("cdevents")) == 4)
        found, legacy = identities(sidecar.published("cdevents")), sidecar.published("legacy")
        sidecar.stop()
    assert found == sorted(heard * 2)
    assert all("outputs.*.value" in each["dropped"] for each in legacy)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file() and path.suffix != ".in")
    assert SECRET not in kept
    assert b"admin_password" in kept


def test_a_run_that_is_cut_where_it_paused_is_still_what_it_was() -> None:
    """Its end tells that it went through, by whichever part of it; the first part alone is not taken for its end."""
    lines = RUN.splitlines(keepends=True)
    first, rest = b"".join(lines[:4]), b"".join(lines[4:])
    assert events(MAPPING, first) == ()
    assert [each.name for each in events(MAPPING, rest)] == ["taskrun.finished", "environment.modified"]

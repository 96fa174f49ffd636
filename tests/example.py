"""A mapping small enough to see through, for tests of what works on any mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

MAPPING = """
cdevents: 0.5.1
variables: {greeting: hello}
ignore:
  - {state: waiting}
defaults:
  timestamp: ${at}
  chain: [$instance, run]
rules:
  run-started:
    when: {state: started}
    emit: pipelinerun.started
    id: [run]
    subject:
      id: ${run}
      content: {pipelineName: "${name}", uri: "${$instance}${run}"}
    custom_data: {greeting: "${$greeting}"}
  run-finished:
    when: {state: finished}
    emit: pipelinerun.finished
    id: [run]
    subject:
      id: ${run}
      content: {outcome: "${outcome}"}
    links:
      - path: run-started
"""

WAITING = {"state": "waiting"}
STARTED = {"state": "started", "run": "app/7", "name": "app", "at": "2026-01-01T10:00:00Z"}
FINISHED = {"state": "finished", "run": "app/7", "outcome": "success", "at": "2026-01-01T10:05:00Z"}


def mapping(folder: Path, **inputs: dict[str, Any]) -> Path:
    """The example as `acme/ci/mapping.yaml` in a folder, with these inputs; the mapping's folder."""
    place = folder / "acme" / "ci"
    (place / "inputs").mkdir(parents=True)
    (place / "mapping.yaml").write_text(MAPPING)
    for name, content in inputs.items():
        (place / "inputs" / f"{name}.json").write_bytes(orjson.dumps(content))
    return place

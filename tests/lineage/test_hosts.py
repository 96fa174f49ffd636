"""A change on a code host, from its first commit into production, is one story, told by one webhook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.cdevents.document import document
from adapters.model import Spec
from tests.cli.support import invoke
from tests.mappings.support import events, golden

GITHUB, GITLAB = "github/events", "gitlab/events"


def github() -> list[Any]:
    """What GitHub tells of a pull request that is built, run again, merged, built and deployed."""
    queued, started = golden(GITHUB, "run-of-main.json"), golden(GITHUB, "run-of-main.json")
    queued["action"], started["action"] = "requested", "in_progress"
    started["workflow_run"]["updated_at"] = "2026-05-04T11:00:10Z"
    of_request = ["request-opened", "run-requested", "run-in-progress", "job-in-progress", "job-failure"]
    names = [*of_request, "run-success", "run-again-requested", "review-approved", "request-merged"]
    ends = ["deployment-success", "run-of-main"]
    told = [golden(GITHUB, f"{name}.json") for name in names]
    return [*told, queued, started, *(golden(GITHUB, f"{name}.json") for name in ends)]


def gitlab() -> list[Any]:
    """The same of GitLab, with a child pipeline."""
    started, child = golden(GITLAB, "pipeline-of-main.json"), golden(GITLAB, "pipeline-of-child.json")
    started["object_attributes"] |= {"status": "running", "finished_at": None, "created_at": "2026-05-04 11:00:05 UTC"}
    queued = golden(GITLAB, "pipeline-of-main-pending.json")
    queued["object_attributes"]["created_at"] = "2026-05-04 11:00:05 UTC"
    child["object_attributes"]["created_at"] = "2026-05-04 11:00:30 UTC"
    names = ["request-opened", "pipeline-pending", "pipeline-running", "job-running", "job-success", "request-merged"]
    deploying = golden(GITLAB, "job-of-main-running.json") | {"build_started_at_iso": "2026-05-04T11:01:00Z"}
    told = [golden(GITLAB, f"{name}.json") for name in names]
    return [*told, queued, started, child, deploying, golden(GITLAB, "deployment-success.json")]


STORIES = {
    GITHUB: """
change.created  acme/till/pull/31
├── pipelinerun.queued  acme/till/actions/runs/15902340771/attempts/1
│   ├── pipelinerun.started  acme/till/actions/runs/15902340771/attempts/1
│   │   ├── taskrun.started  acme/till/actions/runs/15902340771/attempts/1/jobs/44850011
│   │   │   └── taskrun.finished  acme/till/actions/runs/15902340771/attempts/1/jobs/44850011  failure
│   │   └── pipelinerun.finished  acme/till/actions/runs/15902340771/attempts/1  success
│   └── pipelinerun.queued  acme/till/actions/runs/15902340771/attempts/2
├── change.reviewed  acme/till/pull/31
└── change.merged  acme/till/pull/31
    └── pipelinerun.queued  acme/till/actions/runs/15902351002/attempts/1
        └── pipelinerun.started  acme/till/actions/runs/15902351002/attempts/1
            ├── service.deployed  acme/till  production
            └── pipelinerun.finished  acme/till/actions/runs/15902351002/attempts/1  success
""",
    GITLAB: """
change.created  pay/till!31
├── pipelinerun.queued  pay/till/-/pipelines/90120
│   └── pipelinerun.started  pay/till/-/pipelines/90120
│       └── taskrun.started  pay/till/-/jobs/81001
│           └── taskrun.finished  pay/till/-/jobs/81001  success
└── change.merged  pay/till!31
    └── pipelinerun.queued  pay/till/-/pipelines/90133
        └── pipelinerun.started  pay/till/-/pipelines/90133
            ├── pipelinerun.queued  pay/till/-/pipelines/90134
            └── taskrun.started  pay/till/-/jobs/81050
                └── service.deployed  pay/till  production
""",
}


@pytest.mark.parametrize(("mapping", "told"), [(GITHUB, github), (GITLAB, gitlab)], ids=["GitHub", "GitLab"])
@pytest.mark.parametrize("wanted", ["change", "commit"])
def test_a_change_is_followed_into_production(mapping: str, told: Any, wanted: str, tmp_path: Path) -> None:
    """Whether it is asked for by its name, or by the commit that merged it."""
    found = [each for body in told() for each in events(mapping, body)]
    path = tmp_path / "events.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(document(each, Spec.V0_5_1)) for each in found))
    deployed = next(each for each in found if each.name == "service.deployed")
    assert deployed.custom_data is not None
    names = {"change": found[0].subject_id, "commit": deployed.custom_data["revision"]}
    printed = invoke("trace", names[wanted], path)
    assert printed.exit_code == 0, printed.output
    lines = [
        line.replace(line[line.index("2026-") : line.index("Z  ") + 3], "") for line in printed.stdout.splitlines()
    ]
    assert "\n".join(lines) == STORIES[mapping].strip()

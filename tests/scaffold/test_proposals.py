"""What is proposed of what tools say: each has its runs found, with id, name, page, time and outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from adapters import goldens
from adapters.scaffold.folder import scaffold
from adapters.scaffold.samples import read

SHA = "3f1c9a7be2d4560f8a1b2c3d4e5f60718293a4b5"
FINISHED, STARTED, TASK = "pipelinerun.finished", "pipelinerun.started", "taskrun.finished"


def events(folder: Path, files: dict[str, bytes]) -> dict[str, list[dict[str, Any]]]:
    """The documents that `expected/` has, by the stems of the inputs."""
    folder.mkdir(exist_ok=True)
    paths = [folder / name for name in files]
    for path in paths:
        path.write_bytes(files[path.name])
    scaffold(folder / "made", read(paths), tool="acme", instance="https://acme.example.com/", head=["Acme"])
    assert goldens.check(suite := goldens.run(folder / "made")) == []
    assert suite.unreached == ()
    return {file.stem: orjson.loads(file.read_bytes()) for file in (folder / "made" / "expected").iterdir()}


def said(event: dict[str, Any]) -> tuple[str, str, str, Any]:
    """What an event says: its type, subject and time, and its content."""
    type_ = ".".join(event["context"]["type"].split(".")[2:4])
    return type_, event["subject"]["id"], event["context"]["timestamp"], event["subject"]["content"]


WORKFLOW = {
    "type": "workflow-completed",
    "id": "0d1f6c1e-1111-4222-8333-944445555666",
    "happened_at": "2026-03-01T10:05:01Z",
    "webhook": {"id": "9a9a9a9a-0000-4000-8000-000000000001", "name": "to the sidecar"},
    "project": {"id": "77777777-0000-4000-8000-000000000002", "name": "shop", "slug": "gh/acme/shop"},
    "workflow": {
        "id": "wf-81",
        "name": "build-and-test",
        "created_at": "2026-03-01T10:00:00Z",
        "stopped_at": "2026-03-01T10:05:00Z",
        "url": "https://ci.example.com/workflows/wf-81",
        "status": "success",
    },
    "pipeline": {"id": "p-5", "number": 130, "vcs": {"revision": SHA, "branch": "main"}},
}
JOB = WORKFLOW | {
    "type": "job-completed",
    "job": {
        "id": "j-9",
        "name": "lint",
        "started_at": "2026-03-01T10:01:00Z",
        "stopped_at": "2026-03-01T10:02:00Z",
        "status": "failed",
    },
}


def test_of_several_objects_with_ids_the_one_that_is_meant_is_taken(tmp_path: Path) -> None:
    """A job's event is about the job, though its workflow, pipeline and project have ids, names, times and states."""
    found = events(tmp_path, {"workflow.json": orjson.dumps(WORKFLOW), "job.json": orjson.dumps(JOB)})
    page = "https://ci.example.com/workflows/wf-81"
    content = {"pipelineName": "build-and-test", "outcome": "success", "uri": page}
    assert list(map(said, found["workflow"])) == [(FINISHED, "wf-81", "2026-03-01T10:05:00Z", content)]
    assert found["workflow"][0]["customData"] == {"revision": SHA, "branch": "main"}
    content = {"taskName": "lint", "outcome": "failure"}
    assert list(map(said, found["job"])) == [(TASK, "j-9", "2026-03-01T10:02:00Z", content)]


ATTRIBUTES = {
    "id": 31,
    "ref": "main",
    "sha": SHA,
    "created_at": "2026-03-01 10:00:00 UTC",
    "finished_at": None,
    "url": "https://git.example.com/acme/shop/-/pipelines/31",
}
PROJECT = {"id": 1, "name": "shop", "web_url": "https://git.example.com/acme/shop"}


def pipeline(status: str, **changes: Any) -> bytes:
    """A pipeline as its host tells of it."""
    return orjson.dumps(
        {
            "object_kind": "pipeline",
            "object_attributes": ATTRIBUTES | {"status": status} | changes,
            "project": PROJECT,
            "user": {"id": 5},
        }
    )


def test_start_and_end_are_told_apart_by_one_field(tmp_path: Path) -> None:
    """They are of one subject and one chain, and the end follows the start; what is unknown is said to be."""
    files = {
        "running.json": pipeline("running"),
        "done.json": pipeline("canceled", finished_at="2026-03-01 10:05:00 UTC"),
        "odd.json": pipeline("preparing_soon"),
        "push.json": orjson.dumps({"object_kind": "push", "ref": "refs/heads/main", "project": PROJECT}),
    }
    found = events(tmp_path, files)
    [started], [finished] = found["running"], found["done"]
    assert said(started)[:2] == (STARTED, "31")
    assert said(started)[3] == {"pipelineName": "shop", "uri": ATTRIBUTES["url"]}
    assert said(finished)[:3] == (FINISHED, "31", "2026-03-01T10:05:00Z")
    assert said(finished)[3]["outcome"] == "cancel"
    assert finished["context"]["links"][0]["from"]["contextId"] == started["context"]["id"]
    assert started["context"]["chainId"] == finished["context"]["chainId"]
    assert found["odd"] == []
    assert [event["context"]["type"] for event in found["push"]] == ["dev.cdeventsx.acme-push.received.0.1.0"]
    text = (tmp_path / "made" / "mapping.yaml").read_text()
    assert "# what is 'preparing_soon' for a run?" in text


def http(event: str, body: Any) -> bytes:
    """A request whose header says what it is about."""
    head = f"POST /hook HTTP/1.1\r\nContent-Type: application/json\r\nX-Forge-Event: {event}\r\n\r\n"
    return head.encode() + orjson.dumps(body)


def test_kinds_may_be_told_apart_by_a_header(tmp_path: Path) -> None:
    """The state is where there is a result, not where it is only completed; signs of life make nothing."""
    run = {"id": 304, "name": "Build", "head_branch": "main", "head_sha": SHA, "run_number": 562, "status": "completed"}
    run |= {
        "conclusion": "timed_out",
        "url": "https://api.git.example.com/runs/304",
        "html_url": "https://git.example.com/runs/304",
    }
    run |= {"created_at": "2026-03-01T10:00:00Z", "updated_at": "2026-03-01T10:05:00Z", "workflow_id": 15}
    run |= {"conclusion": "timed_out"}
    files = {
        "run.http": http(
            "workflow_run", {"action": "completed", "workflow_run": run, "sender": {"id": 1, "login": "jane"}}
        )
    }
    found = events(tmp_path, files | {"ping.http": http("ping", {"zen": "Keep it simple."})})
    content = {"pipelineName": "Build", "outcome": "error", "uri": "https://git.example.com/runs/304"}
    assert list(map(said, found["run"])) == [(FINISHED, "304", "2026-03-01T10:05:00Z", content)]
    assert found["ping"] == []


def test_a_rollout_of_an_image_is_a_deployment_too(tmp_path: Path) -> None:
    """Where it went well: by the digest, to where it went."""
    digest = "sha256:" + "ab" * 32
    rollout = {"id": 4711, "service": "shop", "target": "production", "started": 1767312000, "ended": 1767312042}
    image = f"registry.example.com/team/shop:1.4@{digest}"
    results = ("ok", "rolled back")
    rollouts = [rollout | {"id": number, "image": image, "result": each} for number, each in enumerate(results)]
    files = {f"{each['result']}.json": orjson.dumps({"event": "rollout.done", "rollout": each}) for each in rollouts}
    found = events(tmp_path, files)
    assert [said(event)[0] for event in found["ok"]] == [FINISHED, "service.deployed"]
    assert said(found["ok"][1])[1:] == (
        "shop",
        "2026-01-02T00:00:42Z",
        {
            "environment": {"id": "production"},
            "artifactId": f"pkg:oci/shop@{digest}?repository_url=registry.example.com/team/shop",
        },
    )
    assert [said(event)[3]["outcome"] for event in found["rolled-back"]] == ["failure"]


def test_a_form_with_json_in_a_field(tmp_path: Path) -> None:
    """As it is sent by tools that post forms."""
    build = {
        "id": 88,
        "state": "errored",
        "finished_at": "2026-03-01T10:05:00Z",
        "build_url": "https://ci.example.com/builds/88",
    }
    body = urlencode({"payload": orjson.dumps(build | {"repository": {"id": 5, "name": "shop"}}).decode()})
    content = {"pipelineName": "shop", "outcome": "error", "uri": "https://ci.example.com/builds/88"}
    assert list(map(said, events(tmp_path, {"form.txt": body.encode()})["form"])) == [
        (FINISHED, "88", "2026-03-01T10:05:00Z", content)
    ]


def test_xml_with_attributes(tmp_path: Path) -> None:
    """They are read as elements are."""
    body = b'<build id="77" name="nightly"><result>FAILED</result><finished>2026-03-01T10:05:00Z</finished></build>'
    content = {"pipelineName": "nightly", "outcome": "failure"}
    assert list(map(said, events(tmp_path, {"a.xml": body})["a"])) == [
        (FINISHED, "77", "2026-03-01T10:05:00Z", content)
    ]


LOG = """\
2026-03-01 11:00:00,250 +0100 INFO [runner] build 7 of shop: RUNNING
2026-03-01 11:05:00,250 +0100 INFO [runner] build 7 of shop: FAILURE
2026-03-01 11:05:01,250 +0100 INFO [runner] nothing else to do
"""


def test_lines_of_text(tmp_path: Path) -> None:
    """What differs gets a name; a number alone names no run; other lines make nothing."""
    started, finished = events(tmp_path, {"ci.log": LOG.encode()})["ci"]
    assert said(started)[:3] == (STARTED, "shop/7", "2026-03-01T10:00:00.250Z")
    assert said(finished)[3] == {"pipelineName": "shop", "outcome": "failure"}


LOGFMT = b"ts=2026-03-01T10:05:00Z job=shop build_id=7 status=passed\n"
CSV = b"ts,job,build_id,status\n2026-03-01T10:05:00Z,shop,7,passed\n"


@pytest.mark.parametrize("body", [LOGFMT, CSV])
def test_logfmt_and_csv(body: bytes, tmp_path: Path) -> None:
    """Each by its form."""
    name = "a.csv" if b"," in body else "a.log"
    content = {"pipelineName": "shop", "outcome": "success"}
    assert list(map(said, events(tmp_path, {name: body})["a"])) == [(FINISHED, "7", "2026-03-01T10:05:00Z", content)]


RUNS = [{"runId": number, "pipeline": "shop", "state": "SUCCEEDED", "endTime": 1772359500123} for number in (5, 6)]


@pytest.mark.parametrize("body", [RUNS, {"version": 1, "runs": RUNS}])
def test_a_list_of_runs_is_split(body: Any, tmp_path: Path) -> None:
    """Whether it is the whole, or a member of it."""
    found = events(tmp_path, {"a.json": orjson.dumps(body)})["a"]
    assert [said(event)[:3] for event in found] == [(FINISHED, id_, "2026-03-01T10:05:00.123Z") for id_ in ("5", "6")]


def test_truths_are_outcomes(tmp_path: Path) -> None:
    """`success: false` is a failure."""
    body = {"build_id": "b-1", "job": "shop", "success": False}
    assert said(events(tmp_path, {"a.json": orjson.dumps(body)})["a"][0])[3]["outcome"] == "failure"


def test_legacy_events_of_a_sidecar_are_what_the_tool_said(tmp_path: Path) -> None:
    """Each becomes an input of its own, without what was around it."""
    said_ = [{"id": number, "state": "passed", "name": "shop"} for number in (1, 2)]
    lines = [{"specversion": "1.0", "type": "legacy.acme", "id": "x", "source": "y", "data": each} for each in said_]
    found = events(tmp_path, {"legacy.jsonl": b"\n".join(map(orjson.dumps, lines))})
    assert {name: len(made) for name, made in found.items()} == {"legacy": 1, "legacy-2": 1}
    assert orjson.loads((tmp_path / "made" / "inputs" / "legacy.json").read_bytes()) == said_[0]


def test_an_outcome_is_never_guessed(tmp_path: Path) -> None:
    """A word that is in no list is no outcome, and no run ends by it."""
    body = {"id": 1, "name": "shop", "status": "splendid"}
    [event] = events(tmp_path, {"a.json": orjson.dumps(body)})["a"]
    assert event["context"]["type"].startswith("dev.cdeventsx.")


def test_what_is_no_run_has_its_time(tmp_path: Path) -> None:
    """An event of the tool's own, too, is when it was: by what is named so, or by the only time that is there."""
    found = events(
        tmp_path,
        {
            "push.json": b'{"events": [{"id": "e1", "type": "push", "time": "2026-01-02T03:04:05Z"}]}',
            "pull.json": b'{"events": [{"id": "e2", "type": "pull", "time": "2026-01-02T03:05:05Z"}]}',
        },
    )
    assert {event["context"]["timestamp"] for [event] in found.values()} == {
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:05:05Z",
    }

"""What the mapping of the Notification plugin promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.mapping.library import find
from tests.mappings.support import (
    EVERYTHING,
    GERRIT,
    JENKINS,
    event,
    events,
    golden,
    inputs,
    instance,
    targets,
    translation,
)

XML = [path for path in inputs(JENKINS) if path.suffix == ".xml" and path.with_suffix(".json").exists()]
RUN = ["queued.json", "started.json", "finished.json"]


@pytest.mark.parametrize("path", XML, ids=lambda path: path.stem)
def test_xml_and_json_give_the_same_events(path: Path) -> None:
    """Whichever format an endpoint is set to, nothing of the events differs."""
    json = events(JENKINS, path.with_suffix(".json").read_bytes(), **EVERYTHING[JENKINS])
    assert events(JENKINS, path.read_bytes(), **EVERYTHING[JENKINS]) == json


def test_a_run_is_one_subject_in_one_chain_from_queued_to_finished() -> None:
    """Each phase has its own id, follows the one before, and is about the same subject."""
    queued, started, finished = (events(JENKINS, golden(JENKINS, name))[0] for name in RUN)
    assert {each.subject_id for each in (queued, started, finished)} == {"job/team/job/shop/17/"}
    assert len({each.chain_id for each in (queued, started, finished)}) == 1
    assert targets(started, "PATH") == [queued.id]
    assert targets(finished, "PATH") == [started.id]


def test_a_notification_sent_again_has_the_same_id() -> None:
    """Also where the time differs: a step in the middle of a run sends STARTED too."""
    body = golden(JENKINS, "started.json")
    later = {**body, "build": {**body["build"], "timestamp": 1767229999000, "notes": "half way"}}
    assert event(JENKINS, later).id == event(JENKINS, body).id


def test_a_run_finishes_once() -> None:
    """COMPLETED and FINALIZED tell of one end: the variable `finished` says which of them counts."""
    completed, finalized = golden(JENKINS, "completed.json"), golden(JENKINS, "finished.json")
    assert events(JENKINS, completed) == ()
    assert events(JENKINS, finalized, finished="COMPLETED") == ()
    assert [each.id for each in events(JENKINS, completed, finished="COMPLETED")] == [
        each.id for each in events(JENKINS, finalized)
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("SUCCESS", "success"),
        ("UNSTABLE", "failure"),
        ("FAILURE", "failure"),
        ("ABORTED", "cancel"),
        ("NOT_BUILT", "cancel"),
        ("SOMETHING_NEW", "error"),
    ],
)
def test_every_result_has_an_outcome(status: str, outcome: str) -> None:
    """A result that is unknown is an error of the infrastructure; the raw one stays in customData."""
    body = golden(JENKINS, "gerrit-patchset-1-finished.json")
    body["build"]["status"] = status
    found = event(JENKINS, body)
    assert found.content["outcome"] == outcome
    assert (found.custom_data or {}).get("result") == status


@pytest.mark.parametrize("phase", ["QUEUED", "STARTED", "COMPLETED", "FINALIZED", "NONE"])
@pytest.mark.parametrize(
    "result", [{}, {"status": "UNSTABLE"}], ids=["no result yet", "a result that may become worse"]
)
@pytest.mark.parametrize("finished", ["COMPLETED", "FINALIZED"])
def test_a_step_in_the_middle_of_a_run_is_never_its_end(phase: str, result: dict[str, str], finished: str) -> None:
    """`notifyEndpoints` may say any phase. A run that has not ended has taken no time yet, and mostly has no result."""
    body = golden(JENKINS, "started.json")
    body["build"] |= {"phase": phase, "notes": "deployed", "duration": 0} | result
    names = [each.name for each in events(JENKINS, body, finished=finished, failed_tests=True, artifacts=True)]
    assert names in ([], ["pipelinerun.queued"], ["pipelinerun.started"])


@pytest.mark.parametrize(
    "missing", [(), ("timestamp",), ("timestamp", "duration", "queue_id", "scm", "log", "artifacts")]
)
@pytest.mark.parametrize("phase", ["FINISHED", "FINALIZED"])
def test_every_version_of_the_plugin_tells_the_same_end(phase: str, missing: tuple[str, ...]) -> None:
    """Before 1.6 the phase was called FINISHED, and before 1.12 there was no time: then it is when it was heard."""
    body = golden(JENKINS, "gerrit-patchset-1-finished.json")
    expected = event(JENKINS, body)
    body["build"] = {name: value for name, value in body["build"].items() if name not in missing} | {"phase": phase}
    found = event(JENKINS, body)
    assert (found.id, found.subject_id, found.content) == (expected.id, expected.subject_id, expected.content)
    assert found.timestamp == ("2026-01-02T03:04:05.000Z" if missing else expected.timestamp)


@pytest.mark.parametrize(
    ("path", "run", "name"),
    [
        ("job/team/job/app%20(nightly)", "job/team/job/app%20(nightly)/7/", "team/app (nightly)"),
        ("job/team/job/app%20%28nightly%29", "job/team/job/app%20(nightly)/7/", "team/app (nightly)"),
        ("view/all/job/team/view/x/job/app", "job/team/job/app/7/", "team/app"),
        (
            "job/team/job/shop/job/feature%252Fpay",
            "job/team/job/shop/job/feature%252Fpay/7/",
            "team/shop/feature%2Fpay",
        ),
    ],
)
@pytest.mark.parametrize("end", ["/", ""])
def test_a_run_is_known_by_its_url_as_jenkins_writes_it(path: str, run: str, name: str, end: str) -> None:
    """Without views, and with names encoded in one way."""
    body = golden(JENKINS, "started.json")
    body |= {"url": f"{path}/"}
    body["build"] |= {"url": f"{path}/7{end}"}
    found = event(JENKINS, body)
    assert (found.subject_id, found.content["pipelineName"]) == (run, name)
    assert found.content["uri"] == f"https://jenkins.example.com/{run}"


def test_files_in_lists_are_named_by_where_they_are() -> None:
    """Old versions have each file's places under its mere name."""
    found = events(JENKINS, golden(JENKINS, "archived-in-lists.json"), artifacts=True)[1]
    expected = "pkg:generic/jenkins.example.com/tools/plugin/build/out/plugin.hpi@9"
    assert found.subject_id.partition("?")[0] == expected


def test_a_file_that_has_only_its_name_is_named_by_where_it_is() -> None:
    """Up to version 1.9 of the plugin a file's key was its name alone; its URL says the rest, encoded."""
    body = golden(JENKINS, "finished.json")
    url = "https://jenkins.example.com/job/team/job/shop/17/artifact/out/my%20plugin%20100%25.hpi"
    body["build"]["artifacts"] = {"my plugin 100%.hpi": {"s3": "https://s3.example.com/ci/x.hpi", "archive": url}}
    found = events(JENKINS, body, artifacts=True)[-1].subject_id
    assert found.partition("?")[0].endswith("/out/my%20plugin%20100%25.hpi@17")


@pytest.mark.parametrize("others", ["", "<string>https://s3.example.com/ci/plugin.hpi</string>"])
def test_files_in_lists_are_the_same_in_xml(others: str) -> None:
    """Whichever format an old endpoint is set to."""
    url = "https://jenkins.example.com/job/team/job/shop/17/artifact/out/plugin.hpi"
    entry = f"<entry><string>plugin.hpi</string><list><string>{url}</string>{others}</list></entry>"
    text = find(JENKINS).with_name("inputs").joinpath("finished.xml").read_text()
    body = re.sub("<artifacts>.*</artifacts>", f"<artifacts>{entry}</artifacts>", text, flags=re.DOTALL).encode()
    (found,) = [each for each in events(JENKINS, body, artifacts=True) if each.name == "artifact.packaged"]
    assert "/out/plugin.hpi@17" in found.subject_id


@pytest.mark.parametrize(("failed", "outcome", "reason"), [(0, "success", None), (3, "failure", "3 of 10 failed")])
def test_tests_make_a_suite_run(failed: int, outcome: str, reason: str | None) -> None:
    """A run's tests are one suite run beside it, where the variable `environment` says."""
    body = golden(JENKINS, "finished.json")
    body["build"]["test_summary"] = {"total": 10, "failed": failed, "passed": 10 - failed, "skipped": 0}
    _, suite = events(JENKINS, body, environment="lab")
    assert (suite.name, suite.subject_id) == ("testsuiterun.finished", "job/team/job/shop/17/tests")
    assert (suite.content["environment"], suite.content["outcome"]) == ({"id": "lab"}, outcome)
    assert suite.content.get("reason") == reason


def test_failed_tests_and_artifacts_are_told_only_on_request() -> None:
    """By default there is one event of a run and one of its tests, however many tests fail and files are archived."""
    body = golden(JENKINS, "finished.json")
    names = ["pipelinerun.finished", "testsuiterun.finished"]
    assert [each.name for each in events(JENKINS, body)] == names
    more = [each.name for each in events(JENKINS, body, failed_tests=True, artifacts=True)]
    assert more == [*names, "testcaserun.finished", "artifact.packaged", "artifact.packaged"]


@pytest.mark.parametrize("commit", [None, "", "main"])
def test_a_file_of_an_unknown_commit_is_not_packaged(commit: str | None) -> None:
    """CDEvents wants the change of an artifact: it is never made up."""
    body = golden(JENKINS, "finished.json")
    body["build"]["scm"]["commit"] = commit
    assert "artifact.packaged" not in [each.name for each in events(JENKINS, body, artifacts=True)]


def test_no_password_of_the_repository_is_published() -> None:
    """Jenkins sends the URL as it is configured, with the credentials that some put there."""
    body = golden(JENKINS, "finished.json")
    assert "hunter2" in str(body)
    assert "hunter2" not in str(events(JENKINS, body, failed_tests=True, artifacts=True))


@pytest.mark.parametrize(
    ("started", "trigger"),
    [
        ("gerrit-patchset-1-started.json", "patchset-created-1.json"),
        ("gerrit-patchset-2-started.json", "patchset-created-2.json"),
        ("gerrit-merged-started.json", "change-merged.json"),
    ],
)
def test_a_triggered_run_joins_the_chain_of_its_change(started: str, trigger: str) -> None:
    """Two sidecars that never met: the run has the chain, and a link to the id, that Gerrit's own event has."""
    run = event(JENKINS, golden(JENKINS, started), gerrit=instance(GERRIT))
    change = event(GERRIT, golden(GERRIT, trigger))
    assert run.chain_id == change.chain_id
    assert targets(run, "RELATION") == [change.id]


@pytest.mark.parametrize(
    ("body", "gerrit"),
    [("gerrit-patchset-1-started.json", ""), ("gerrit-none-queued.json", instance(GERRIT))],
    ids=["no Gerrit is configured", "a person started it"],
)
def test_any_other_run_begins_its_own_chain(body: str, gerrit: str) -> None:
    """Parameters that are empty, or of a Gerrit that nothing is known of, tie the run to no change."""
    run = event(JENKINS, golden(JENKINS, body), gerrit=gerrit)
    assert run.chain_id != event(GERRIT, golden(GERRIT, "patchset-created-1.json")).chain_id
    assert targets(run, "RELATION") == []


def test_a_run_that_never_waited_is_queued_when_it_is_heard() -> None:
    """The plugin sends 0 as its time; in XML that is a text."""
    body = golden(JENKINS, "gerrit-none-queued.json")
    assert body["build"]["timestamp"] == 0
    assert event(JENKINS, body).timestamp == "2026-01-02T03:04:05.000Z"
    body["build"]["timestamp"] = "0"
    assert event(JENKINS, body).timestamp == "2026-01-02T03:04:05.000Z"


def test_an_unknown_phase_is_unmatched() -> None:
    """What no rule knows is counted, not lost in an ignore that is too wide."""
    body = golden(JENKINS, "started.json")
    body["build"]["phase"] = "PAUSED"
    assert translation(JENKINS, body).unmatched == 1

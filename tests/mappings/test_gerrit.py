"""What the mapping of Gerrit's events promises."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.checkout import CASES, needs_cases
from tests.mappings.support import GERRIT, event, events, golden, goldens, inputs, targets, translation

SHAPES = [path.stem for path in inputs(GERRIT) if path.suffix == ".ndjson" and path.with_suffix(".json").is_file()]
OF_CHANGES = [path.name for path in inputs(GERRIT) if b'"change":' in path.read_bytes().replace(b" ", b"")]
OF_CHANGES.remove("rerun-check.json")  # which is ignored, of whatever change
MINOR = ["topic-changed", "wip-state-changed", "reviewer-added", "hashtags-changed", "vote-deleted"]
MINOR += ["comment-added-no-vote", "branch-updated"]
NO_COMMIT = "0" * 40


def pushed(name: str, *, old: str = NO_COMMIT, new: str = "4c" * 20) -> dict[str, Any]:
    """A ref-updated."""
    body: dict[str, Any] = golden(GERRIT, "branch-created.json")
    body["refUpdate"] |= {"refName": name, "oldRev": old, "newRev": new}
    return body


@pytest.mark.parametrize("name", SHAPES)
def test_stream_and_webhooks_give_the_same_events(name: str) -> None:
    """A project is text in one and an object in the other; nothing of the events differs."""
    stream, webhook = golden(GERRIT, f"{name}.json"), golden(GERRIT, f"{name}.ndjson")
    assert events(GERRIT, webhook) == events(GERRIT, stream)
    assert events(GERRIT, webhook, minor_events=True) == events(GERRIT, stream, minor_events=True)


@pytest.mark.parametrize("name", [path.name for path in inputs(GERRIT) if path.suffix == ".json"])
def test_numbers_may_be_text(name: str) -> None:
    """Servers before 2.14 send them so: the events are the same."""
    body = golden(GERRIT, name)
    as_text = {**body}
    for part in ("change", "patchSet"):
        if part in body:
            as_text[part] = {**body[part], "number": str(body[part]["number"])}
    assert events(GERRIT, as_text, minor_events=True) == events(GERRIT, body, minor_events=True)


def test_a_change_is_one_subject_in_one_chain_until_it_is_merged() -> None:
    """A review follows its patch set's event, and that the first one, as the merge does."""
    names = ["patchset-created-1", "patchset-created-2", "comment-added-vote", "change-merged"]
    created, updated, reviewed, merged = (event(GERRIT, golden(GERRIT, f"{name}.json")) for name in names)
    assert {each.subject_id for each in (created, updated, reviewed, merged)} == {"team%2Fapp~4711"}
    assert len({each.chain_id for each in (created, updated, reviewed, merged)}) == 1
    assert targets(created, "PATH") == []
    assert targets(updated, "PATH") == targets(merged, "PATH") == [created.id]
    assert targets(reviewed, "PATH") == [updated.id]


def test_no_event_follows_a_patch_set_that_submitting_made() -> None:
    """Rebase Always, Rebase If Necessary and Cherry Pick make one without telling: all that is followed was told."""
    story = [event(GERRIT, each) for each in goldens(GERRIT, "submitted-by-rebase.ndjson")]
    created, reviewed, merged, voted_later = story
    assert [targets(each, "PATH") for each in story] == [[], [created.id], [created.id], [merged.id]]
    assert (reviewed.name, voted_later.name) == ("change.reviewed", "change.reviewed")
    assert (merged.custom_data or {})["patchset"]["number"] == 2


@pytest.mark.parametrize("name", MINOR[:-1])
def test_what_happens_to_a_merged_change_follows_the_merge(name: str) -> None:
    """Topics, hashtags and comments, with a patch set or without."""
    body = golden(GERRIT, f"{name}.json")
    body["change"] |= {"status": "MERGED", "number": 4711, "project": "team/app"}
    merged = event(GERRIT, golden(GERRIT, "change-merged.json"))
    assert targets(event(GERRIT, body, minor_events=True), "PATH") == [merged.id]


@pytest.mark.parametrize("name", OF_CHANGES)
def test_work_in_progress_and_privacy_are_in_every_event(name: str) -> None:
    """Of a change; where Gerrit does not say so, it is neither."""
    for said in goldens(GERRIT, name):
        for body in (each for each in (said, said.get("body")) if isinstance(each, dict) and "change" in each):
            body["change"] |= {"wip": True, "private": True}
            (found,) = events(GERRIT, body, minor_events=True)
            assert [(found.custom_data or {}).get(state) for state in ("wip", "private")] == [True, True]


@pytest.mark.parametrize("name", OF_CHANGES)
def test_nothing_of_a_private_change_is_told_to_who_must_not(name: str) -> None:
    """Nor of a draft, which a private change was before 2.15; whatever the variable is but `tell`, to be safe."""
    for body in (each for each in goldens(GERRIT, name) if "change" in each):
        body["change"].pop("private", None)
        for state in ({"private": True}, {"status": "DRAFT"}):
            hidden = body | {"change": body["change"] | state}
            for word in ("drop", "dorp"):
                assert translation(GERRIT, hidden, minor_events=True, private=word).ignored == 1
        assert events(GERRIT, body, minor_events=True, private="drop") == events(GERRIT, body, minor_events=True)


def test_a_change_that_is_ready_for_review_is_told() -> None:
    """By default; that work goes on is told on request."""
    created, ready = (event(GERRIT, each) for each in goldens(GERRIT, "work-in-progress.ndjson")[:2])
    assert (created.custom_data or {})["wip"] is True
    assert (ready.name, targets(ready, "PATH")) == ("dev.cdeventsx.gerrit-change.ready.0.1.0", [created.id])
    assert "wip" not in (ready.custom_data or {})
    assert event(GERRIT, golden(GERRIT, "wip-state-changed.json"), minor_events=True).name.startswith(
        "dev.cdeventsx.gerrit-change.modified"
    )


def test_an_envelope_of_a_broker_changes_no_event() -> None:
    """multi-site wraps what it sends, as an object or as text; the times are the event's own."""
    wrapped = [event(GERRIT, each) for each in goldens(GERRIT, "multi-site.ndjson")[:2]]
    assert wrapped == [
        event(GERRIT, golden(GERRIT, f"{name}.json")) for name in ("patchset-created-1", "change-merged")
    ]


def test_the_change_id_does_not_make_the_subject() -> None:
    """A cherry-pick has the Change-Id of what it was picked from, and is a change of its own."""
    body = golden(GERRIT, "patchset-created-1.json")
    picked = {**body, "change": {**body["change"], "number": 4800, "branch": "stable"}}
    assert event(GERRIT, picked).subject_id == "team%2Fapp~4800"
    assert event(GERRIT, picked).chain_id != event(GERRIT, body).chain_id


@pytest.mark.parametrize(
    ("votes", "verdict"),
    [
        ([("Code-Review", "2", "0")], "approved"),
        ([("Code-Review", "-2", "1")], "rejected"),
        ([("Code-Review", "1", "0")], "commented"),
        ([("Verified", "1", "0"), ("Code-Review", "2", None)], "commented"),
        ([("Verified", "1", "0"), ("Code-Review", "2", "1")], "approved"),
    ],
)
def test_the_verdict_is_of_the_votes_that_changed(votes: list[tuple[str, str, str | None]], verdict: str) -> None:
    """An old approval that stands beside a new vote is not given again."""
    body = golden(GERRIT, "comment-added-vote.json")
    body["approvals"] = [
        {"type": label, "value": value} | ({"oldValue": old} if old else {}) for label, value, old in votes
    ]
    data = event(GERRIT, body).custom_data or {}
    assert data["verdict"] == verdict
    assert [(vote["type"], vote["value"], vote["oldValue"]) for vote in data["votes"]] == [
        vote for vote in votes if vote[2]
    ]


def test_a_vote_on_an_old_server_is_a_review() -> None:
    """Before 2.11 nothing says what it replaced, and only votes that were given are told; 0 comes with any comment."""
    *voted, commented = goldens(GERRIT, "old-server-comment-added.ndjson")
    told = [event(GERRIT, body) for body in voted]
    assert [each.name for each in told] == ["change.reviewed", "change.reviewed"]
    assert [(each.custom_data or {})["verdict"] for each in told] == ["rejected", "approved"]
    assert translation(GERRIT, commented).ignored == 1


@pytest.mark.parametrize("change", [{"author": {"username": "eve"}}, {"eventCreatedOn": 1767226501}])
def test_each_review_has_its_own_id(change: dict[str, Any]) -> None:
    """Two people may give the same vote in one second, and one person may give it twice."""
    body = golden(GERRIT, "comment-added-vote.json")
    assert event(GERRIT, {**body, **change}).id != event(GERRIT, body).id


def test_an_event_heard_again_has_the_same_id() -> None:
    """Also where its change has gone on meanwhile: Gerrit fills in the change when it writes, not when it happens."""
    body = golden(GERRIT, "patchset-created-2.json")
    later = {**body, "change": {**body["change"], "subject": "Let people log in again", "status": "MERGED"}}
    assert event(GERRIT, later).id == event(GERRIT, body).id


@pytest.mark.parametrize("name", MINOR)
def test_minor_events_are_custom_events_on_request(name: str) -> None:
    """By default they are ignored by name."""
    body = golden(GERRIT, f"{name}.json")
    assert translation(GERRIT, body).ignored == 1
    assert event(GERRIT, body, minor_events=True).name.startswith("dev.cdeventsx.gerrit-")


def test_reviewers_added_in_one_second_are_told_apart() -> None:
    """Gerrit sends an event for each."""
    body = golden(GERRIT, "reviewer-added.json")
    other = {**body, "reviewer": {"username": "eve"}}
    first, second = (event(GERRIT, each, minor_events=True) for each in (body, other))
    assert first.id != second.id


@pytest.mark.parametrize("name", ["refs/heads/release/1.4", "release/1.4"])
@pytest.mark.parametrize(
    ("old", "new", "event_name"),
    [
        (NO_COMMIT, "4c" * 20, "branch.created"),
        ("4c" * 20, NO_COMMIT, "branch.deleted"),
        ("0" * 64, "4c" * 32, "branch.created"),
    ],
)
def test_branches_are_created_and_deleted(name: str, old: str, new: str, event_name: str) -> None:
    """By full and by short name, in SHA-1 and SHA-256; the repository is part of who the branch is."""
    found = event(GERRIT, pushed(name, old=old, new=new))
    assert (found.name, found.subject_id) == (event_name, "release/1.4")
    assert found.subject_source == "https://gerrit.example.com/team/app"


def test_a_branch_created_again_is_another_event() -> None:
    """At the same commit, after it was deleted."""
    body = pushed("refs/heads/main")
    assert event(GERRIT, {**body, "eventCreatedOn": body["eventCreatedOn"] + 60}).id != event(GERRIT, body).id


@given(st.sampled_from(["changes", "meta", "users", "cache-automerge", "sequences", "staging", "x"]), st.text())
def test_refs_of_gerrit_itself_are_no_branches(space: str, rest: str) -> None:
    """Every patch set makes refs/changes/...: none of these is ever an event."""
    found = translation(GERRIT, pushed(f"refs/{space}/{rest}"), minor_events=True)
    assert (found.events, found.errors) == ((), ())


def test_a_batch_is_its_ref_updates() -> None:
    """Heard as a batch or one by one, a ref's event has one id; what is bookkeeping in it is ignored."""
    batch = golden(GERRIT, "batch-ref-updated.json")
    single = [event(GERRIT, golden(GERRIT, "branch-created.json")).id]
    found = translation(GERRIT, batch)
    assert [each.id for each in found.events if each.name == "branch.created"] == single
    assert (len(found.events), found.ignored, found.unmatched) == (2, 2, 0)


@pytest.mark.parametrize("name", ["old-server-change-merged.json", "change-merged.json"])
def test_without_a_time_an_event_happened_when_it_was_heard(name: str) -> None:
    """Only an upload has another trace of it: the patch set's own time."""
    body = golden(GERRIT, name)
    body.pop("eventCreatedOn", None)
    assert event(GERRIT, body).timestamp == "2026-01-02T03:04:05.000Z"
    upload = golden(GERRIT, "old-server-patchset-created.json")
    assert event(GERRIT, upload).timestamp == "2014-01-01T00:00:00Z"


def test_lost_events_are_told() -> None:
    """A stream that was read too slowly leaves a gap that a consumer can see."""
    assert event(GERRIT, golden(GERRIT, "dropped-output.json")).name.startswith(
        "dev.cdeventsx.gerrit-stream.interrupted"
    )


@pytest.mark.parametrize("name", ["ref-replicated", "fetch-ref-replicated", "ref-replication-done"])
def test_replication_is_told_on_request(name: str) -> None:
    """Of branches and tags, by the replication and by the pull-replication plugin; by default it is ignored by name."""
    body = golden(GERRIT, f"{name}.json")
    assert translation(GERRIT, body).ignored == 1
    found = event(GERRIT, body, replication=True)
    assert (found.subject_id, found.subject_source) == ("refs/heads/main", "https://gerrit.example.com/team/app")
    changes = body | {"ref": "refs/changes/11/4711/1"}
    assert translation(GERRIT, changes, replication=True).ignored == 1


def test_each_node_is_told_apart_and_has_no_password() -> None:
    """Replicas get a ref in the same second."""
    body = golden(GERRIT, "ref-replicated.json")
    other = body | {"targetUri": "https://robot:hunter2@other.example.com/team/app.git"}
    first, second = (event(GERRIT, each, replication=True) for each in (body, other))
    assert first.id != second.id
    assert second.content["node"] == "https://other.example.com/team/app.git"


@pytest.mark.parametrize("name", ["patchset-created-1.json", "change-merged.json", "branch-created.json"])
def test_what_a_transport_adds_changes_no_event(name: str) -> None:
    """The events plugin numbers its stream, and a server that is one of several names itself."""
    body = golden(GERRIT, name)
    added = body | {"id": "bdedff7d-34fd-4459-a6a7-3f738f32c01d:7", "instanceId": "gerrit-1"}
    assert events(GERRIT, added) == events(GERRIT, body)


def test_an_unknown_type_is_unmatched() -> None:
    """What no rule knows is counted, not lost in an ignore that is too wide."""
    assert translation(GERRIT, {"type": "change-teleported", "eventCreatedOn": 1767225600}).unmatched == 1


def case(name: str) -> list[bytes]:
    """The notifications of a collected case."""
    return (CASES / "gerrit" / name).read_bytes().splitlines()


@needs_cases
def test_a_change_from_private_work_to_review() -> None:
    """It is created as both; that it is ready is told, and that all may see it is not, unless one asks."""
    said = case("gerrit-wip-private.ndjson")
    created, ready = (found for each in said for found in events(GERRIT, each))
    assert [(created.custom_data or {})[state] for state in ("wip", "private")] == [True, True]
    assert (created.name, ready.name) == ("change.created", "dev.cdeventsx.gerrit-change.ready.0.1.0")
    assert [translation(GERRIT, each, private="drop").ignored for each in case("gerrit-wip-private.ndjson")] == [
        1,
        0,
        1,
    ]


@needs_cases
def test_a_broker_of_many_sites() -> None:
    """The envelopes, of which one is text and has another time, are not what happened."""
    wrapped = case("gerrit-multisite-envelope.ndjson")
    plain = [orjson.loads(each)["body"] for each in wrapped]
    plain = [orjson.loads(each) if isinstance(each, str) else each for each in plain]
    created, merged = (event(GERRIT, each) for each in wrapped)
    assert [created, merged] == [event(GERRIT, each) for each in plain]
    assert (created.name, merged.name, merged.timestamp) == ("change.created", "change.merged", "2026-05-04T07:38:20Z")
    assert targets(merged, "PATH") == [created.id]

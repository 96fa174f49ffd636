"""What the mappings of Jira, GitHub and GitLab promise about issues."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tests.mappings.support import events, golden, translation

JIRA, GITHUB, GITLAB = "jira/webhook", "github/issues", "gitlab/issues"
FILES = {JIRA: "{}.json", GITHUB: "{}.json", GITLAB: "{}.json"}
LIVES = {
    JIRA: ["created", "assigned", "in-progress", "done", "reopened"],
    GITHUB: ["opened", "labeled", "assigned", "closed", "reopened"],
    GITLAB: ["opened", "updated", "closed", "reopened"],
}


def body(mapping: str, name: str) -> Any:
    """An example's body."""
    return deepcopy(golden(mapping, FILES[mapping].format(name)))


def told(mapping: str, name: str) -> list[Any]:
    """An example's events."""
    return list(events(mapping, body(mapping, name)))


@pytest.mark.parametrize("mapping", LIVES)
def test_a_ticket_is_one_subject_whatever_becomes_of_it(mapping: str) -> None:
    """One chain, an event each, and all follow its beginning."""
    life = [each for name in LIVES[mapping] for each in told(mapping, name)]
    assert life[0].name == "ticket.created"
    assert [each.name for each in life].count("ticket.closed") == 1
    assert len({each.id for each in life}) == len(life) == len(LIVES[mapping])
    assert len({(each.subject_id, each.chain_id) for each in life}) == 1
    assert all(life[0].id in str(each.links) for each in life[1:])


@pytest.mark.parametrize(
    ("mapping", "name", "resolution"),
    [
        (JIRA, "done", "completed"),
        (JIRA, "done-without-resolution", "completed"),
        (JIRA, "wont-do", "withdrawn"),
        (JIRA, "deleted", "deleted"),
        (GITHUB, "closed", "completed"),
        (GITHUB, "closed-old-server", "completed"),
        (GITHUB, "closed-not-planned", "withdrawn"),
        (GITHUB, "closed-duplicate", "duplicate"),
        (GITHUB, "deleted", "deleted"),
        (GITHUB, "transferred", "transferred"),
        (GITLAB, "closed", "closed"),
        (GITLAB, "closed-duplicate", "duplicate"),
        (GITLAB, "moved", "transferred"),
    ],
)
def test_how_a_ticket_was_closed(mapping: str, name: str, resolution: str) -> None:
    """In CDEvents' words where it has them, and never guessed."""
    (found,) = told(mapping, name)
    assert (found.name, found.content["resolution"]) == ("ticket.closed", resolution)


def test_an_issue_of_jira_that_moves_among_what_is_done_is_not_closed_again() -> None:
    """Its resolution was set before."""
    moved = body(JIRA, "done")
    moved["changelog"] = {"id": "20050", "items": [{"field": "status", "from": "3", "to": "6"}]}
    (found,) = events(JIRA, moved)
    assert found.name == "ticket.updated"


def test_a_key_that_changes_does_not_change_the_ticket() -> None:
    """An issue of Jira moves to another project; a repository of GitHub is renamed."""
    moved = body(JIRA, "in-progress")
    moved["issue"]["key"] = "OTHER-1"
    renamed = body(GITHUB, "labeled")
    renamed["repository"]["full_name"] = "acme/store"
    for mapping, changed, name in ((JIRA, moved, "in-progress"), (GITHUB, renamed, "labeled")):
        (found,) = events(mapping, changed)
        (before,) = told(mapping, name)
        assert (found.id, found.subject_id, found.chain_id) == (before.id, before.subject_id, before.chain_id)


@pytest.mark.parametrize("mapping", LIVES)
def test_a_ticket_of_the_type_incident_is_an_incident(mapping: str) -> None:
    """Reported with its page, and resolved; its labels say which service, where. `incidents` says which types are."""
    first = LIVES[mapping][0]
    _, reported = told(mapping, f"incident-{first}")
    _, resolved = told(mapping, "incident-resolved" if mapping == JIRA else "incident-closed")
    assert (reported.name, resolved.name) == ("incident.reported", "incident.resolved")
    assert reported.content["ticketURI"].startswith("https://")
    for each in (reported, resolved):
        assert (each.content["service"], each.content["environment"]) == ({"id": "till"}, {"id": "production"})
    (alone,) = events(mapping, body(mapping, f"incident-{first}"), incidents="")
    assert alone.name == "ticket.created"


def test_what_is_confidential_is_only_told_if_asked_for() -> None:
    """Whether the event says so, or the issue does."""
    confidential = body(GITLAB, "opened")
    confidential["object_attributes"]["confidential"] = True
    assert events(GITLAB, confidential) == ()
    assert told(GITLAB, "confidential-opened") == []
    assert len(events(GITLAB, confidential, confidential=True)) == 1


def test_a_comment_is_not_a_change_of_the_ticket() -> None:
    """GitHub calls that it is deleted or edited as it calls that of an issue."""
    for action in ("created", "edited", "deleted"):
        comment = body(GITHUB, "comment")
        comment["action"] = action
        assert events(GITHUB, comment) == ()


def test_two_labels_within_a_second_are_two_changes() -> None:
    """GitHub's times are in seconds; what was added tells them apart."""
    other = body(GITHUB, "labeled")
    other["label"] = {"id": 5503, "name": "till"}
    assert events(GITHUB, other)[0].id != told(GITHUB, "labeled")[0].id


@pytest.mark.parametrize("mapping", LIVES)
@pytest.mark.parametrize("kind", ["x", None, 7])
def test_what_no_rule_is_about_makes_nothing(mapping: str, kind: Any) -> None:
    """It is counted as unmatched, and never an error."""
    strange = body(mapping, LIVES[mapping][0])
    strange["action"] = strange["webhookEvent"] = strange["object_kind"] = kind
    found = translation(mapping, strange)
    assert (found.events, found.errors, found.unmatched) == ((), (), 1)

"""Changes that branches of Gerrit Code Review are."""

from __future__ import annotations

import pytest

from adapters.sources.jenkins.gerrit import change


@pytest.mark.parametrize(
    ("remote", "project", "host"),
    [
        ("https://review.example.com/a/team/app", "team/app", "review.example.com"),
        ("https://review.example.com/a/team/a/app.git", "team/a/app", "review.example.com"),
        ("https://review.example.com/r/a/team/app", "team/app", "review.example.com"),
        ("HTTPS://Review.example.com/team/app", "team/app", "review.example.com"),
        ("ssh://bot@review.example.com:29418/team/a/app", "team/a/app", "review.example.com"),
        ("review:team/app", "team/app", None),
        ("http://[", None, None),
        (None, None, None),
    ],
)
def test_the_project_is_that_of_the_repository(remote: str | None, project: str | None, host: str | None) -> None:
    """By HTTP, `/a/` is where Gerrit asks who it is; a project may have one in its name."""
    found = change("11/4711/2", remote)
    assert (found.get("GERRIT_PROJECT"), found.get("GERRIT_HOST")) == (project, host)
    assert (found["GERRIT_CHANGE_NUMBER"], found["GERRIT_PATCHSET_NUMBER"]) == ("4711", "2")


@pytest.mark.parametrize("branch", [None, "", "main", "1/4711/2", "11/4711", "11/4711/2/x", "11/4711/meta"])
def test_any_other_branch_is_no_change(branch: str | None) -> None:
    """Whatever its repository."""
    assert change(branch, "https://review.example.com/a/team/app") == {}

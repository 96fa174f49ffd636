"""A week of a project, told to a real Gerrit by git and by its REST API."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from tests.real.gerrit.server import ADMIN, Gerrit

PROJECT = "demo/service"
LAST = "end-of-story"
"""The branch whose creation is the last thing that happens."""

DELETED = "~3"
"""The change that is no more."""

STRATEGIES = ("REBASE_ALWAYS", "CHERRY_PICK", "REBASE_IF_NECESSARY", "MERGE_ALWAYS")
"""How changes from the fourth on are submitted: all but the last make a patch set of which there is no event."""

_PATH = "projects/demo%2Fservice"
_FOR_MASTER = "HEAD:refs/for/master"
_EVERYBODY = {"rules": {"global:Registered-Users": {"action": "ALLOW", "force": True}}}
_EVERYBODY_PUSHES = {"refs/heads/*": {"permissions": {"push": _EVERYBODY}}}


def tell(gerrit: Gerrit, folder: Path) -> None:
    """All of it, in order; `folder` is where it clones to."""
    gerrit.ask("PUT", "accounts/reviewer", {"name": "Renate Reviewer", "email": "renate@example.com"})
    gerrit.ask("PUT", _PATH, {"create_empty_commit": True})
    gerrit.ask("POST", f"{_PATH}/access", {"add": _EVERYBODY_PUSHES})
    work = Work(gerrit, folder)
    _merged(gerrit, work)
    _resumed(gerrit, work)
    _deleted(gerrit, work)
    for digit, strategy in enumerate(STRATEGIES, start=6):
        _submitted(gerrit, work, f"I{str(digit) * 40}", strategy)
    _references(gerrit, work)
    gerrit.ask("PUT", f"{_PATH}/branches/{LAST}", {"revision": "master"})


class Work:
    """A clone in which somebody works."""

    def __init__(self, gerrit: Gerrit, folder: Path) -> None:
        self._folder = folder
        name, password = ADMIN
        folder.mkdir()
        self.git("clone", gerrit.url.replace("://", f"://{name}:{password}@") + f"a/{PROJECT}", ".")

    def git(self, *arguments: str) -> None:
        """One command."""
        identity = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _IDENTITY.items()}
        environment = {**os.environ, **identity, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
        done = subprocess.run(
            ["git", *arguments], cwd=self._folder, env=environment, check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"

    def commit(self, change: str, content: str, *options: str) -> None:
        """A file of one line, committed under a Change-Id."""
        (self._folder / f"{change[:3]}.txt").write_text(content)
        self.git("add", ".")
        self.git("commit", "-m", f"Say {content} \u2764\n\nChange-Id: {change}", *options)


_IDENTITY = {"NAME": "Zoë Administrator", "EMAIL": "admin@example.com"}


def _merged(gerrit: Gerrit, work: Work) -> None:
    change_id = "I" + "1" * 40
    work.commit(change_id, "one")
    work.git("push", "origin", f"{_FOR_MASTER}%topic=greetings")
    change = _change(gerrit, change_id)
    _review(gerrit, change, {"message": "What for?"})
    _review(gerrit, change, {"message": "No.", "labels": {"Code-Review": -2}})
    _review(gerrit, change, {"message": "Well.", "labels": {"Code-Review": 1}})
    work.commit(change_id, "two", "--amend")
    work.git("push", "origin", _FOR_MASTER)
    gerrit.ask("POST", f"{change}/reviewers", {"reviewer": "reviewer"})
    gerrit.ask("PUT", f"{change}/topic", {"topic": "salutations"})
    gerrit.ask("POST", f"{change}/hashtags", {"add": ["polite", "loud"]})
    gerrit.ask("POST", f"{change}/wip", {"message": "not yet"})
    gerrit.ask("POST", f"{change}/ready", {"message": "now"})
    gerrit.ask("PUT", f"{change}/message", {"message": f"Say it well\n\nChange-Id: {change_id}\n"})
    _review(gerrit, change, {"labels": {"Code-Review": -2}})
    gerrit.ask("DELETE", f"{change}/reviewers/self/votes/Code-Review")
    _review(gerrit, change, {"message": "Very well.", "labels": {"Code-Review": 2}})
    gerrit.ask("DELETE", f"{change}/reviewers/reviewer")
    gerrit.ask("POST", f"{change}/submit", {})


def _resumed(gerrit: Gerrit, work: Work) -> None:
    change_id = "I" + "2" * 40
    work.git("reset", "--hard", "origin/master")
    work.commit(change_id, "three")
    work.git("push", "origin", f"{_FOR_MASTER}%private")
    change = _change(gerrit, change_id)
    gerrit.ask("POST", f"{change}/private.delete", {"message": "for all to see"})
    gerrit.ask("POST", f"{change}/abandon", {"message": "too late"})
    gerrit.ask("POST", f"{change}/restore", {"message": "not too late"})
    gerrit.ask("POST", f"{change}/rebase", {})


def _deleted(gerrit: Gerrit, work: Work) -> None:
    change_id = "I" + "3" * 40
    work.git("reset", "--hard", "origin/master")
    work.commit(change_id, "four")
    work.git("push", "origin", _FOR_MASTER)
    gerrit.ask("DELETE", _change(gerrit, change_id))


def _submitted(gerrit: Gerrit, work: Work, change_id: str, strategy: str) -> None:
    gerrit.ask("PUT", f"{_PATH}/config", {"submit_type": strategy})
    work.git("reset", "--hard", "origin/master")  # as it was cloned, long behind
    work.commit(change_id, strategy)
    work.git("push", "origin", f"{_FOR_MASTER}%wip")
    change = _change(gerrit, change_id)
    gerrit.ask("POST", f"{change}/ready", {})
    _review(gerrit, change, {"labels": {"Code-Review": 2}})
    gerrit.ask("POST", f"{change}/submit", {})
    _review(gerrit, change, {"message": "At last."})


def _references(gerrit: Gerrit, work: Work) -> None:
    gerrit.ask("PUT", f"{_PATH}/branches/release%2F1.x", {"revision": "master"})
    gerrit.ask("PUT", f"{_PATH}/tags/v1.0.0", {"message": "The first"})
    gerrit.ask("PUT", f"{_PATH}/HEAD", {"ref": "refs/heads/release/1.x"})
    gerrit.ask("PUT", f"{_PATH}/HEAD", {"ref": "refs/heads/master"})
    work.git("reset", "--hard", "origin/master")
    work.commit("I" + "4" * 40, "five")
    work.git("push", "origin", "HEAD:refs/heads/direct", "HEAD:refs/heads/other")
    work.commit("I" + "5" * 40, "six")
    work.git("push", "origin", "HEAD:refs/heads/direct")
    gerrit.ask("DELETE", f"{_PATH}/branches/release%2F1.x")
    gerrit.ask("DELETE", f"{_PATH}/tags/v1.0.0")
    gerrit.ask("POST", f"{_PATH}/branches:delete", {"branches": ["direct", "other"]})


def _change(gerrit: Gerrit, change_id: str) -> str:
    (change,) = gerrit.ask("GET", f"changes/?q=change:{change_id}")
    return f"changes/{change['_number']}"


def _review(gerrit: Gerrit, change: str, review: dict[str, Any]) -> None:
    gerrit.ask("POST", f"{change}/revisions/current/review", review)

"""The ends of Jenkins' runs become votes on a real Gerrit."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.cli.support import invoke
from tests.real.gerrit import server, story
from tests.service import INSTANCE, Service, configuration, free_port, running
from tests.waiting import until

pytestmark = pytest.mark.real

CHANGE_ID = "I" + "7" * 40
ABSENT = 999


@dataclass(frozen=True)
class Votes:
    """A sidecar that votes, and the change of two patch sets on which it does."""

    gerrit: server.Gerrit
    sidecar: Service
    change: int

    def told(self, run: int, status: str, *, change: int, patchset: int = 2) -> None:
        """Jenkins says how a run ended that a patch set had started."""
        parameters = {
            "GERRIT_PROJECT": story.PROJECT,
            "GERRIT_CHANGE_NUMBER": str(change),
            "GERRIT_PATCHSET_NUMBER": str(patchset),
            "GERRIT_EVENT_TYPE": "patchset-created",
        }
        url = f"job/verify/{run}/"
        build = {"number": run, "url": url, "full_url": INSTANCE + url, "timestamp": 1718000000000 + run, "duration": 1}
        build |= {"phase": "FINALIZED", "status": status, "parameters": parameters}
        body = orjson.dumps({"name": "verify", "url": "job/verify/", "build": build})
        assert self.sidecar.ask("POST", "/jenkins", body)[0] == http.client.ACCEPTED

    def messages(self) -> list[tuple[int, str]]:
        """What was said on the change: the patch set and the message of each review."""
        messages = self.gerrit.ask("GET", f"changes/{self.change}/messages")
        return [(each["_revision_number"], each["message"]) for each in messages if "job/verify/" in each["message"]]

    def vote(self) -> int:
        """How the administrator, as whom the sidecar votes, stands to the change."""
        labels: dict[str, Any] = self.gerrit.ask("GET", f"changes/{self.change}?o=DETAILED_LABELS")["labels"]
        return sum(each.get("value", 0) for each in labels["Code-Review"].get("all", ()))

    def parked(self) -> list[str]:
        """Why runs have no vote."""
        letters = invoke("dead-letters", "list", "--json", "--journal", self.sidecar.folder / "journal.db")
        return [orjson.loads(each)["reason"] for each in letters.stdout.splitlines()]


@pytest.fixture(scope="module")
def votes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Votes]:
    """All of it, running."""
    folder = tmp_path_factory.mktemp("gerrit")
    with server.running(folder, f"http://127.0.0.1:{free_port()}/nobody") as gerrit:
        change = _pushed(gerrit, folder / "work")
        with running(tmp_path_factory.mktemp("sidecar"), _voting(gerrit)) as sidecar:
            yield Votes(gerrit, sidecar, change)


def test_a_run_is_a_vote_once(votes: Votes) -> None:
    """On the patch set that it was for, with what became of it, and not again when Jenkins says it again."""
    for _ in range(2):
        votes.told(1, "SUCCESS", change=votes.change)
    until(lambda: votes.vote() == 1)
    votes.told(2, "ABORTED", change=votes.change, patchset=1)
    until(lambda: len(votes.messages()) == 2)
    votes.told(3, "FAILURE", change=votes.change)
    until(lambda: votes.vote() == -1)
    assert [(patchset, text.partition("\n\n")[2]) for patchset, text in votes.messages()] == [
        (2, "job/verify/1/ ended with success"),
        (1, "job/verify/2/ ended with cancel"),
        (2, "job/verify/3/ ended with failure"),
    ]


def test_what_gerrit_does_not_take_is_parked_and_holds_up_nothing(votes: Votes) -> None:
    """A change that is not there, and a vote that the label does not have, which Gerrit passes over without a word."""
    before = len(votes.messages())
    votes.told(11, "SUCCESS", change=ABSENT)
    votes.told(12, "NO_SUCH_STATUS", change=votes.change)
    votes.told(13, "SUCCESS", change=votes.change)
    until(lambda: len(votes.messages()) == before + 2)
    assert votes.messages()[before:] == [
        (2, "Patch Set 2:\n\njob/verify/12/ ended with error"),
        (2, "Patch Set 2: Code-Review+1\n\njob/verify/13/ ended with success"),
    ]
    absent, voteless = votes.parked()
    assert absent.startswith(f"Gerrit answered 404 to a review of demo%2Fservice~{ABSENT}: Not found")
    assert voteless.startswith(f"Gerrit took the review of demo%2Fservice~{votes.change}, but no vote on Code-Review")


def _pushed(gerrit: server.Gerrit, folder: Path) -> int:
    """The number of a change with two patch sets."""
    gerrit.ask("PUT", "projects/demo%2Fservice", {"create_empty_commit": True})
    work = story.Work(gerrit, folder)
    for content, options in (("one", ()), ("two", ("--amend",))):
        work.commit(CHANGE_ID, content, *options)
        work.git("push", "origin", "HEAD:refs/for/master")
    (change,) = gerrit.ask("GET", f"changes/?q=change:{CHANGE_ID}")
    number: int = change["_number"]
    return number


def _voting(gerrit: server.Gerrit) -> str:
    """A configuration that votes for the runs that a change has started, as config/actions.yaml does."""
    name, password = server.ADMIN
    jenkins = {"type": "webhook", "path": "/jenkins", "instance": INSTANCE, "mapping": "jenkins/notification"}
    vote = {
        "type": "gerrit-review",
        "url": gerrit.url,
        "auth": {"username": name, "password": password},
        "done": "voted.db",
        "tables": {"vote": {"success": "+1", "failure": "-1", "error": "+3"}},
        "change": "${customData.change}",
        "revision": '${customData.patchset | default("current")}',
        "message": "${subject.id} ended with ${subject.content.outcome}",
        "labels": {"Code-Review": '${subject.content.outcome | table(vote, "")}'},
    }
    route = {"format": "cdevents", "sink": "vote", "types": ["pipelinerun.finished"]}
    return configuration(
        sources={"jenkins": {**jenkins, "variables": {"gerrit": gerrit.url}}},
        sinks={"vote": vote},
        routes={"votes": {**route, "when": {"customData.change": {"exists": True}}}},
    )

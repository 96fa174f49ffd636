"""What the Notification plugin of a Jenkins with the Gerrit Trigger posts of a run."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.service import INSTANCE, Service


@dataclass(frozen=True)
class Run:
    """A run of a job, told to a sidecar as it goes on; what it finds out may become parameters of it."""

    sidecar: Service
    job: str
    number: int
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Its BUILD_URL."""
        return f"{INSTANCE}{self._path}{self.number}/"

    def start(self) -> None:
        """It waited for nothing, and starts."""
        self._tell("QUEUED")
        self._tell("STARTED")

    def finish(self, **found: Any) -> None:
        """It succeeds; `found` are further members of its build."""
        self._tell("COMPLETED", status="SUCCESS", **found)
        self._tell("FINALIZED", status="SUCCESS", **found)

    @property
    def _path(self) -> str:
        return "".join(f"job/{each}/" for each in self.job.split("/"))

    def _tell(self, phase: str, **found: Any) -> None:
        build = {
            "full_url": self.url,
            "number": self.number,
            "queue_id": self.number,
            "timestamp": int(time.time() * 1000),
            "duration": 0,
            "phase": phase,
            "url": f"{self._path}{self.number}/",
            "scm": {},
            "parameters": self.parameters,
            "log": "",
            "artifacts": {},
            **found,
        }
        name = self.job.rpartition("/")[2]
        told = {"name": name, "display_name": name, "url": self._path, "build": build}
        status, answer = self.sidecar.ask("POST", "/jenkins", json.dumps(told).encode())
        assert status == 202, answer


def triggered_by(event: Mapping[str, Any]) -> dict[str, str]:
    """The parameters that the Gerrit Trigger gives a run for an event of Gerrit (its GerritTriggerParameters)."""
    change, patchset = event["change"], event["patchSet"]
    return {
        "GERRIT_EVENT_TYPE": event["type"],
        "GERRIT_PROJECT": change["project"],
        "GERRIT_BRANCH": change["branch"],
        "GERRIT_CHANGE_ID": change["id"],
        "GERRIT_CHANGE_NUMBER": str(change["number"]),
        "GERRIT_CHANGE_URL": change["url"],
        "GERRIT_PATCHSET_NUMBER": str(patchset["number"]),
        "GERRIT_PATCHSET_REVISION": patchset["revision"],
        "GERRIT_REFSPEC": patchset["ref"],
    }

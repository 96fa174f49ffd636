"""The two events of a run of a command, and what belongs to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.cdevents.ids import chain_id, context_id
from adapters.model import CDEvent
from adapters.sending.wrapping import Ended


def readable(text: str) -> str:
    """A text of the command line that JSON can hold, whatever the encoding of who wrote it."""
    return os.fsencode(text).decode(errors="replace")


@dataclass(frozen=True, slots=True)
class Story:
    """A run: what it is of, who tells it, its id, when it began; with an environment it is one of tests."""

    name: str
    source: str
    run: str
    began: str
    environment: str | None = None

    def started(self) -> CDEvent:
        """That it began."""
        return self._event("started", self.began, {})

    def finished(self, ended: Ended, time: str) -> CDEvent:
        """How it ended, which follows its beginning."""
        why = "errors" if self.environment is None else "reason"
        content = {"outcome": ended.outcome, **({why: readable(ended.why)} if ended.why else {})}
        link = {"linkType": "PATH", "from": {"contextId": self.started().id}, "tags": {}}
        event = self._event("finished", time, content)
        return event._replace(links=(link,), custom_data={"exitCode": ended.code})

    def with_it(self, event: CDEvent) -> CDEvent:
        """An event that belongs to it, such as one of a report."""
        return event._replace(chain_id=self._chain)

    @property
    def _chain(self) -> str:
        return chain_id([self.source, self.run])

    def _event(self, predicate: str, time: str, content: Mapping[str, Any]) -> CDEvent:
        about: dict[str, Any] = {"taskName": self.name}
        if self.environment is None:
            name = f"taskrun.{predicate}"
        else:
            name = f"testsuiterun.{predicate}"
            about = {"environment": {"id": self.environment}, "testSuite": {"id": self.name}}
        return CDEvent(
            name=name,
            id=context_id(self.source, name, [self.run]),
            source=self.source,
            timestamp=time,
            subject_id=self.run,
            content={**about, **content},
            chain_id=self._chain,
        )

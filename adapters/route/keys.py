"""What keeps its order among legacy events: the `partitionkey` by which a broker shares them out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from adapters.late import late
from adapters.mapping.failures import Failure
from adapters.mapping.scope import GIVEN, scope
from adapters.model import CDEvent, Notification

_shape = late("adapters.sinks.actions.shape", "shape")

Key = Callable[[Notification, Sequence[CDEvent]], str]
"""The key of what a tool said, of which its mapping makes events; empty where it has none, and the tool's URL is it."""


def by_subject(_: Notification, events: Sequence[CDEvent]) -> str:
    """The run, change or other subject that the first event is about; of what belongs to a run, that run."""
    if not events:
        return ""
    event = events[0]
    run = event.content.get("pipelineRun")
    subject = run.get("id") if isinstance(run, dict) else None
    return f"{event.subject_source or event.source}|{subject or event.subject_id}"


def by_words(template: str) -> Key:
    """What a template makes of the tool's words, `${build.full_url}`; raises ValueError for one that means nothing.

    What is no JSON, or has not what the template wants, has no key.
    """
    made = _shape(template, {}, GIVEN)

    def key(notification: Notification, _: Sequence[CDEvent]) -> str:
        try:
            value = made(scope(orjson.loads(notification.body), notification))
        except (Failure, orjson.JSONDecodeError):
            return ""
        return value if isinstance(value, str) else orjson.dumps(value).decode()

    return key

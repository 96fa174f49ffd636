"""What there is to tell of a build, beyond what was told: one document an occurrence.

`started` and `finished` tell of the build; `progress` only of stages of a build that goes on. All three may have
`stages_started` and `stages_finished`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.sources.jenkins.progress import Told

Build = Mapping[str, Any]
"""A build as this package describes it (see the package)."""

_STARTED = "started"
_OF_THE_END = frozenset({"finished", "duration", "result", "tests", "scm"})


@dataclass(frozen=True, slots=True)
class News:
    """Documents in the order of what they tell of, what has been told with them, and whether nothing more will come."""

    documents: Sequence[Mapping[str, Any]]
    told: Told
    ended: bool


def news(build: Build, told: Told) -> News:
    """What has happened in a build since `told`."""
    stages = [stage for stage in build.get("stages", ()) if _happened(stage, told)]
    begun = [stage for stage in stages if _begun(stage) not in told]
    ended = [stage for stage in stages if "finished" in stage and _ended(stage) not in told]
    marks = told | {_STARTED} | set(map(_begun, begun)) | set(map(_ended, ended))
    return News(list(_documents(build, told, begun, ended)), marks, not build["running"])


def _documents(
    build: Build, told: Told, begun: Sequence[Mapping[str, Any]], ended: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    facts = {name: value for name, value in build.items() if name not in ("stages", "running")}
    at_first = {name: value for name, value in facts.items() if name not in _OF_THE_END}
    changes = {"stages_started": begun, "stages_finished": ended}
    changes = {name: stages for name, stages in changes.items() if stages}
    if _STARTED not in told:
        yield {"event": "started", **at_first}
    if not build["running"]:
        yield {"event": "finished", **facts, **changes}
    elif changes:
        yield {"event": "progress", **at_first, **changes}


def _happened(stage: Mapping[str, Any], told: Told) -> bool:
    """Whether a stage is worth telling: not if it was skipped, unless its start was told before that was known."""
    return stage.get("status") != "NOT_EXECUTED" or _begun(stage) in told


def _begun(stage: Mapping[str, Any]) -> str:
    return f"{stage['id']}+"


def _ended(stage: Mapping[str, Any]) -> str:
    return f"{stage['id']}-"

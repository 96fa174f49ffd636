"""What Jenkins' answers say of jobs, the queue and builds. What is not as Jenkins has it is passed over. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.mapping.filters.jenkins import encoded
from adapters.sources.jenkins.names import build_url, job_url, upstream_url
from adapters.sources.jenkins.passed_over import PassedOver

Json = Mapping[str, Any]

ODD = "what Jenkins says of a job or a build is not as Jenkins says it"
TOO_DEEP = "a folder is deeper than the `folders` that are looked into"

CAUSES = "actions[causes[upstreamUrl,upstreamBuild]]"
"""What of a build to ask for, to know what started it."""

_LONGEST = 2**63
_JOB = "name,nextBuildNumber,lastBuild[number]"
_WITH_PARTS = f"{_JOB},activeConfigurations[{_JOB}],modules[{_JOB}]"
_FOLDERS = ("Folder", "MultiBranchProject")


@dataclass(frozen=True, slots=True)
class Job:
    """A job with builds: its relative URL, the number of its newest build, the number that its next will have.

    And the URL of the job that it is a part of, as a cell of a matrix or a module of a Maven job.
    """

    url: str
    last: int
    next: int
    part_of: str | None = None

    def whole(self, number: int) -> str | None:
        """The URL of the build that a build of a part belongs to: Jenkins numbers them alike."""
        return build_url(self.part_of, number) if self.part_of else None


def jobs_tree(folders: int) -> str:
    """What to ask for to know all jobs, so many levels of folders down."""
    tree = _WITH_PARTS
    for _ in range(folders):
        tree = f"{_WITH_PARTS},jobs[{tree}]"
    return f"jobs[{tree}]"


def whole(value: object) -> int | None:
    """A number that Jenkins can mean (Java's `long`), None for anything else."""
    return value if type(value) is int and -_LONGEST <= value < _LONGEST else None


def objects(value: object, name: str) -> Iterator[Json]:
    """The objects in a list of an object."""
    found = value.get(name) if isinstance(value, dict) else None
    return (each for each in (found if isinstance(found, list) else ()) if isinstance(each, dict))


def jobs(value: Json, passed_over: PassedOver, folder: str = "", part_of: str | None = None) -> Iterator[Job]:
    """The jobs with builds in an answer to `jobs_tree`."""
    for item in objects(value, "jobs"):
        if (name := _name(item, passed_over, folder)) is None:
            continue
        url = job_url(folder, name)
        yield from _job(item, url, part_of, passed_over)
        for part in (*objects(item, "activeConfigurations"), *objects(item, "modules")):
            if (name := _name(part, passed_over, url)) is not None:
                within = name if "=" in name else name.replace(":", "$")
                yield from _job(part, f"{url}{encoded(within)}/", url, passed_over)
        if "jobs" not in item and str(item.get("_class")).endswith(_FOLDERS):
            passed_over.note(TOO_DEEP, url)
        yield from jobs(item, passed_over, url)


def _name(item: Json, passed_over: PassedOver, folder: str) -> str | None:
    name = item.get("name")
    if isinstance(name, str) and name:
        return name
    passed_over.note(ODD, f"{folder or 'the top'}: {str(item)[:100]}")
    return None


def _job(item: Json, url: str, part_of: str | None, passed_over: PassedOver) -> Iterator[Job]:
    if (newest := item.get("lastBuild")) is None:
        return
    last = whole(newest.get("number")) if isinstance(newest, dict) else None
    if last is None:
        passed_over.note(ODD, url)
    else:
        yield Job(url, last, whole(item.get("nextBuildNumber")) or last + 1, part_of)


def queue(value: Json) -> dict[int, int]:
    """Since when (ms) each item of the queue has waited, by its number."""
    found = ((whole(item.get("id")), whole(item.get("inQueueSince"))) for item in objects(value, "items"))
    return {number: since for number, since in found if number is not None and since is not None}


def upstream(value: Json | None) -> str | None:
    """The URL of the build that started one, from the actions of that."""
    causes = (cause for action in objects(value, "actions") for cause in objects(action, "causes"))
    urls = (upstream_url(cause.get("upstreamUrl"), cause.get("upstreamBuild")) for cause in causes)
    return next((url for url in urls if url), None)

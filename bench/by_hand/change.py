"""What change a run is of: by what the Gerrit Trigger says in its parameters, or by the labels of what it deploys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import orjson

from adapters.mapping.filters.purl import image_purl, tag_purl
from bench.by_hand.build import Build
from bench.by_hand.settings import Settings

_UPLOADED = ("patchset-created", "draft-published")
_CHANGE = re.compile(r"c/([^%]+)/[+]/([0-9]+)")
_RUN = re.compile(r"(?:job/[^/]+/)+[0-9]+/")


class Change(NamedTuple):
    """A change in Gerrit, the patch set that a run is of, if it says so, and what became of it."""

    id: str
    patchset: int | None
    event: str | None


def triggered(build: Build, settings: Settings) -> Change | None:
    """The change that a run was started for."""
    parameters, gerrit = build.parameters, settings.gerrit
    project, number = parameters.get("GERRIT_PROJECT"), parameters.get("GERRIT_CHANGE_NUMBER", "")
    if not (gerrit and project and number.isdecimal() and _is_of(parameters, gerrit)):
        return None
    patchset = parameters.get("GERRIT_PATCHSET_NUMBER", "")
    event = parameters.get("GERRIT_EVENT_TYPE")
    return Change(f"{quote(project, safe='')}~{number}", int(patchset) if patchset.isdecimal() else None, event)


def _is_of(parameters: Mapping[str, str], gerrit: str) -> bool:
    if url := parameters.get("GERRIT_CHANGE_URL"):
        return url.startswith(gerrit)
    if host := parameters.get("GERRIT_HOST"):
        return host.lower() == urlsplit(gerrit).hostname
    return not parameters.get("GERRIT_NAME")


def link(change: Change) -> tuple[str, str, list[str]] | None:
    """The kind of the link to what happened to a change, the name of its event and its key."""
    key = [change.id]
    if change.event == "change-merged":
        return "TRIGGER", "change.merged", key
    if not change.patchset:
        return None
    kind = "TRIGGER" if change.event is None or change.event in _UPLOADED else "SOURCE"
    if change.patchset == 1:
        return kind, "change.created", key
    return kind, "change.updated", [*key, str(change.patchset)]


class Deployed(NamedTuple):
    """What a run deploys, and what is known of where it is from."""

    artifact: str
    change: str | None = None
    run: str | None = None
    revision: str | None = None


def deployed(build: Build, settings: Settings, looked_up: str | None) -> Deployed | None:
    """The artifact that a run's parameter names; `looked_up` is what a registry said of images."""
    if not (named := build.parameters.get("ARTIFACT")):
        return None
    tagged = tag_purl(named)
    artifact = named if named.startswith("pkg:") else tagged if isinstance(tagged, str) else image_purl(named)
    if looked_up is None:
        return Deployed(artifact)
    images = orjson.loads(looked_up)
    labels = images.get(artifact, {})
    if digest := images.get(tagged, {}).get("digest"):
        artifact = image_purl(f"{named}@{digest}")
    return Deployed(artifact, *_labelled(labels, settings), labels.get("org.opencontainers.image.revision"))


def _labelled(labels: Mapping[str, Any], settings: Settings) -> tuple[str | None, str | None]:
    """The change and the run that an image is of."""
    source, url = (labels.get(f"org.opencontainers.image.{name}", "") for name in ("source", "url"))
    change = settings.gerrit and _CHANGE.match(source.removeprefix(settings.gerrit))
    run = _RUN.fullmatch(url.removeprefix(settings.instance))
    return f"{quote(change[1], safe='')}~{change[2]}" if change else None, run[0] if run else None

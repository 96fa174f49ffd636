"""From the bytes of a notification to the bytes of CloudEvents."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from jsonschema_rs import Draft202012Validator

from adapters.cdevents.schema import schema
from adapters.cdevents.vocabulary import EVENTS
from adapters.model import Spec
from adapters.urls import public
from bench.by_hand import change
from bench.by_hand.build import Build, job_of, read
from bench.by_hand.change import Change, Deployed
from bench.by_hand.events import Told, told
from bench.by_hand.ids import chain_id, context_id, legacy_id
from bench.by_hand.settings import Settings


def published(
    body: bytes, settings: Settings, heard: datetime, headers: Mapping[str, str] = MappingProxyType({})
) -> list[bytes]:
    """The CloudEvents, in JSON, of a notification; raises ValueError if one is not valid."""
    build = read(body, settings, heard)
    if _ignored(build):
        return []
    of, what = change.triggered(build, settings), change.deployed(build, settings, headers.get("x-image-labels"))
    chain, links = _chain(build, of, what, settings), _links(build, of, what, settings)
    custom: dict[str, Any] = {}
    if of:
        custom = {"change": of.id, **({"patchset": of.patchset} if of.patchset else {}), "gerrit": settings.gerrit}
    custom["number"] = int(build.told["number"])
    if (queued := build.told.get("queue_id")) is not None:
        custom["queue_id"] = int(queued)
    legacy, common = (
        legacy_id(settings.instance, body),
        _Common(settings.instance, build.timestamp, chain, links, custom),
    )
    return [_encoded(_document(each, common), legacy) for each in told(build, settings, what)]


class _Common(NamedTuple):
    """What all events of a notification have."""

    instance: str
    timestamp: str
    chain: str
    links: list[dict[str, Any]]
    custom: dict[str, Any]


def _ignored(build: Build) -> bool:
    """Whether it is none of the phases that are told of, or the end of something that has not ended."""
    if build.phase == "QUEUED":
        return build.task
    if build.phase != "FINALIZED":
        return build.phase != "STARTED"
    notes, duration = build.told.get("notes"), build.told.get("duration")
    return build.told.get("status") is None or (notes is not None and duration is not None and int(duration) == 0)


def _chain(build: Build, of: Change | None, what: Deployed | None, settings: Settings) -> str:
    if of:
        return chain_id(settings.gerrit, of.id)
    if what and settings.gerrit and what.change:
        return chain_id(settings.gerrit, what.change)
    if what and what.run and not settings.gerrit:
        return chain_id(settings.instance, what.run)
    return chain_id(settings.instance, build.root)


def _links(build: Build, of: Change | None, what: Deployed | None, settings: Settings) -> list[dict[str, Any]]:
    """What a run was started by or for, or followed."""
    if build.phase not in ("QUEUED", "STARTED"):
        name = "taskrun.started" if build.task else "pipelinerun.started"
        return [_path(context_id(settings.instance, name, build.run))]
    found = []
    if what and what.run and settings.image_jobs and settings.image_jobs.fullmatch(job_of(what.run)):
        found.append(_relation("ARTIFACT", context_id(settings.instance, "build.finished", what.run)))
    if of and (link := change.link(of)):
        kind, name, key = link
        found.append(_relation(kind, context_id(settings.gerrit, name, *key)))
    if build.phase == "STARTED" and not build.task:
        found.append(_path(context_id(settings.instance, "pipelinerun.queued", build.run)))
    elif build.parent:
        found.append(_path(context_id(settings.instance, "pipelinerun.started", build.parent)))
    return found


def _relation(kind: str, id_: str) -> dict[str, Any]:
    return {"linkType": "RELATION", "linkKind": kind, "target": {"contextId": id_}, "tags": {}}


def _path(id_: str) -> dict[str, Any]:
    return {"linkType": "PATH", "from": {"contextId": id_}, "tags": {}}


def _document(event: Told, common: _Common) -> dict[str, Any]:
    type_, validator = _type(event.name)
    context: dict[str, Any] = {
        "specversion": "0.5.1",
        "id": context_id(common.instance, event.name, *event.key),
        "source": common.instance,
        "type": type_,
        "timestamp": common.timestamp,
        "chainId": common.chain,
    }
    if common.links:
        context["links"] = common.links
    subject = {"id": event.subject, "content": event.content}
    document = {"context": context, "subject": subject, "customData": {**common.custom, **event.more}}
    if not validator.is_valid(document):
        raise ValueError(f"{event.name} is not valid")
    return document


@lru_cache
def _type(name: str) -> tuple[str, Draft202012Validator]:
    event = EVENTS[name]
    validator = Draft202012Validator(schema(event, Spec.V0_5_1), validate_formats=True, offline=True)
    return event.type(Spec.V0_5_1), validator


def _encoded(document: dict[str, Any], legacy: str) -> bytes:
    context = document["context"]
    attributes = {
        "specversion": "1.0",
        "id": context["id"],
        "source": context["source"],
        "type": context["type"],
        "time": context["timestamp"],
        "subject": document["subject"]["id"],
        "datacontenttype": "application/json",
        "partitionkey": context["chainId"],
        "legacyid": legacy,
        "data": document,
    }
    encoded = orjson.dumps(attributes)
    if b"@" in encoded or b"=" in encoded:  # without which nothing in a URL is secret
        return orjson.dumps(_public(attributes))
    return encoded


def _public(value: Any) -> Any:
    """The value without what of a URL may not be told, wherever it stands."""
    if isinstance(value, str):
        return public(value)
    if isinstance(value, dict):
        return {key: _public(each) for key, each in value.items()}
    return [*map(_public, value)] if isinstance(value, list) else value

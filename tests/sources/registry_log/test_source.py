"""A registry's log, read, is what the registry notifies of; with the right image, or none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from adapters import mapping
from adapters.mapping import Framing
from adapters.metrics import Metrics
from adapters.model import CDEvent, Checkpoint, Notification
from adapters.sources.contract import Context
from adapters.sources.registry_log.settings import RegistryLogSettings
from adapters.sources.registry_log.source import RegistryLog
from tests.checkout import CASES, needs_cases
from tests.sources.registry_log.conftest import Registry
from tests.sources.registry_log.test_lookup import pushed
from tests.waiting import eventually

INSTANCE = "https://registry.example.com/"


@asynccontextmanager
async def heard(
    paths: Path, lookup: dict[str, Any], enough: Callable[[list[CDEvent]], bool]
) -> AsyncIterator[list[CDEvent]]:
    """The CDEvents of what a source hears of these files, once there are enough."""
    said = {"type": "registry-log", "instance": INSTANCE, "paths": [str(paths)], "lookup": lookup, "poll": "20ms"}
    context = Context("r", lambda: None, {}, Metrics(), lambda: datetime.now(UTC))
    events: list[CDEvent] = []

    async def receive(notifications: Sequence[Notification], checkpoints: Sequence[Checkpoint] = ()) -> None:  # noqa: ARG001 - positions are the tail's
        events.extend(translated("registry/log", notifications))

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    source = RegistryLog(RegistryLogSettings.model_validate(said), context, sleep=at_once)
    task = asyncio.create_task(source.run(receive))
    try:
        await eventually(lambda: enough(events))
        yield events
    finally:
        task.cancel()
        await asyncio.wait([task])


def translated(name: str, notifications: Sequence[Notification]) -> list[CDEvent]:
    """What notifications become."""
    variables = {"access_log": True} if name == "registry/log" else {}
    translator = mapping.load(name, instance=INSTANCE, variables=variables)
    translations = [translator.translate(each) for each in notifications]
    assert not any(each.errors or each.unmatched for each in translations)
    return [event for each in translations for event in each.events]


def notified(registry: Registry) -> list[CDEvent]:
    """What the registry's own notifications become."""
    said = [Notification("r", each.body, datetime.now(UTC)) for each in [*registry.hook.requests]]
    return translated("registry/distribution", said)


def keys(events: list[CDEvent]) -> set[tuple[str, str, str]]:
    """What must be the same of the same event."""
    return {(each.name, each.id, each.subject_id) for each in events}


async def test_the_log_tells_what_the_notifications_tell(registry: Registry) -> None:
    """Pushes and pulls by tag and by digest, and deletes, have the same ids and subjects from either."""
    digest = await asyncio.to_thread(registry.push, "team/app", "1.0")
    await asyncio.to_thread(registry.push, "team/app", "")
    for method, reference in (("HEAD", "1.0"), ("GET", "1.0"), ("GET", digest)):
        await asyncio.to_thread(registry.ask, method, "team/app", reference)
    async with heard(registry.log, {"storage": str(registry.storage)}, lambda events: len(events) >= 4) as events:
        await asyncio.to_thread(registry.ask, "DELETE", "team/app", digest)
        await eventually(lambda: len(events) >= 5 and len(notified(registry)) >= 6)
    tags = {key for key in keys(notified(registry)) if "registry-tag" in key[0]}  # a cascade, which no request tells of
    assert keys(events) == keys(notified(registry)) - tags


async def test_a_tag_that_moved_since_still_names_the_image_it_was(registry: Registry) -> None:
    """The times of the links in the storage tell which image a line is about, long after."""
    first = await asyncio.to_thread(registry.push, "team/app", "latest", label="1")
    second = await asyncio.to_thread(registry.push, "team/app", "latest", label="2")
    async with heard(registry.log, {"storage": str(registry.storage)}, lambda events: len(events) >= 2) as events:
        assert [each.subject_id.partition("?")[0] for each in events] == [
            f"pkg:oci/app@{first}",
            f"pkg:oci/app@{second}",
        ]


async def test_the_registry_itself_may_be_asked(registry: Registry) -> None:
    """Where its storage is out of reach; what the question itself leaves in the log is nothing."""
    first = await asyncio.to_thread(registry.push, "team/app", "1.0")
    async with heard(registry.log, {"api": {"url": registry.url}}, bool) as events:
        second = await asyncio.to_thread(registry.push, "team/app", "2.0", label="2")
        await eventually(lambda: len(events) >= 2)
        assert [each.subject_id.partition("?")[0] for each in events] == [
            f"pkg:oci/app@{first}",
            f"pkg:oci/app@{second}",
        ]


async def test_the_access_log_will_do(registry: Registry) -> None:
    """It says less, but who pushed what."""
    digest = await asyncio.to_thread(registry.push, "team/app", "1.0")
    async with heard(registry.access_log, {"storage": str(registry.storage)}, bool) as [event]:
        assert (event.name, event.subject_id) == ("artifact.published", f"pkg:oci/app@{digest}")


LINE = '192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] "PUT /v2/team/app/manifests/1.0 HTTP/1.1" 201 0 "" "x"\n'


async def test_without_an_answer_the_line_goes_without_a_digest(tmp_path: Path) -> None:
    """After three attempts nothing waits any longer: the push is told, and the log says what is missing."""
    (tmp_path / "storage" / "docker").mkdir(parents=True)
    (tmp_path / "storage" / "docker" / "registry").write_text("a file where a folder should be")
    (tmp_path / "access.log").write_text(LINE)
    with structlog.testing.capture_logs() as logs:
        async with heard(tmp_path / "access.log", {"storage": str(tmp_path / "storage")}, bool) as [event]:
            assert event.name == "dev.cdeventsx.registry-tag.pushed.0.1.0"
    assert [(each["event"], each["tag"]) for each in logs] == [("no digest for a tag", "team/app:1.0")]


@pytest.mark.parametrize("lookup", [{}, {"storage": "/x", "api": {"url": "http://r"}}])
def test_there_is_one_place_to_look(lookup: dict[str, Any]) -> None:
    """Two might not agree, and without any, `tail` is the source."""
    said = {"type": "registry-log", "instance": INSTANCE, "paths": ["x"], "lookup": lookup}
    with pytest.raises(ValueError, match="exactly one of storage and api"):
        RegistryLogSettings.model_validate(said)


@needs_cases
@pytest.mark.parametrize("name", ["registry-log-docker-json-file.log", "registry-log-cri.log"])
async def test_the_log_of_a_container_will_do(tmp_path: Path, name: str) -> None:
    """A push in an envelope has its digest looked up, and is the very event that the plain line is."""
    log = CASES / "registry" / name
    plain = tmp_path / "plain.log"
    plain.write_bytes(next(text for text, _, _ in Framing().records(log.read_bytes())) + b"\n")
    digest = f"sha256:{'d' * 64}"
    pushed(tmp_path / "storage", digest, datetime(2026, 11, 27, 14, 30, 8, tzinfo=UTC), tag="1.0")
    lookup = {"storage": str(tmp_path / "storage")}
    async with heard(log, lookup, bool) as [event], heard(plain, lookup, bool) as same:
        assert (event.name, event.subject_id.partition("?")[0]) == ("artifact.published", f"pkg:oci/app@{digest}")
        assert event.timestamp == "2026-11-27T14:30:08.11037186Z"
        assert same == [event]

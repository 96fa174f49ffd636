"""Every tool, every sink and who decides of a standby tried once, before it runs.

Nothing is heard, published or taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.config import Config
from adapters.errors import AdapterError
from adapters.late import late
from adapters.redaction import redaction
from adapters.yamlfile import Location

DEADLINE = 10.0
"""Seconds for each; whoever does not answer by then is not reached."""

Try = Callable[[Any], Awaitable[str]]
"""Tries what is in some settings: what was found, in words. Raises AdapterError or OSError where it is not reached."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where something is configured, and what was found there, or why it was not reached."""

    at: Location
    found: str
    reached: bool = True


def _of(module: str, name: str) -> Try:
    return late(f"adapters.reach.{module}", name)


async def _posted_to(_: object) -> str:
    return "is posted to, there is nobody to ask"


async def _written(_: object) -> str:
    return "is this process's own"


SOURCES: Mapping[str, Try] = {
    "gerrit-api": _of("tools", "gerrit_api"),
    "gerrit-stream": _of("tools", "gerrit_stream"),
    "github-deliveries": _of("tools", "github_deliveries"),
    "jenkins-api": _of("tools", "jenkins_api"),
    "jenkins-home": _of("files", "home"),
    "kafka": _of("brokers", "kafka_source"),
    "kubernetes": _of("tools", "kubernetes"),
    "mqtt": _of("brokers", "mqtt"),
    "nats": _of("brokers", "nats_source"),
    "objects": _of("tools", "objects"),
    "poll": _of("tools", "poll"),
    "rabbitmq": _of("brokers", "rabbitmq_source"),
    "registry-log": _of("files", "tail"),
    "tail": _of("files", "tail"),
    "webhook": _posted_to,
}
STANDBY: Mapping[str, Try] = {"kubernetes": _of("standby", "decided"), "postgresql": _of("standby", "decided")}
SINKS: Mapping[str, Try] = {
    "file": _of("files", "file"),
    "gerrit-review": _of("tools", "gerrit_review"),
    "http": _of("endpoints", "http"),
    "http-call": _of("endpoints", "http_call"),
    "jenkins-job": _of("tools", "jenkins_job"),
    "kafka": _of("brokers", "kafka_sink"),
    "mqtt": _of("brokers", "mqtt"),
    "nats": _of("brokers", "nats_sink"),
    "otlp": _of("otlp", "otlp"),
    "parquet": _of("stores", "parquet"),
    "postgresql": _of("stores", "postgresql"),
    "rabbitmq": _of("brokers", "rabbitmq_sink"),
    "stdout": _written,
}


async def tried(config: Config) -> list[Outcome]:
    """What came of each try, all at once, in the order of the configuration; no secret is in one."""
    redact = redaction(config)

    async def outcome(at: Location, attempt: Try, settings: Any) -> Outcome:
        try:
            async with asyncio.timeout(DEADLINE):
                return Outcome(at, redact(await attempt(settings)))
        except TimeoutError as error:
            return Outcome(at, redact(str(error)) or f"there is no answer within {DEADLINE:g} s", reached=False)
        except (AdapterError, OSError) as error:
            return Outcome(at, redact(str(error) or type(error).__name__), reached=False)

    return list(await asyncio.gather(*(outcome(*each) for each in _all(config))))


def _all(config: Config) -> Iterator[tuple[Location, Try, Any]]:
    for name, source in config.sources.items():
        yield ("sources", name), SOURCES[source.type], source
        if source.registry is not None:
            yield ("sources", name, "registry"), _of("tools", "registry"), source.registry
    for word, place in (config.standby.decides if config.standby else {}).items():
        yield ("standby", word), STANDBY[word], place
    for name, sink in config.sinks.items():
        yield ("sinks", name), SINKS[sink.type], sink

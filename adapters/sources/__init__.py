"""The table of sources: a new transport is one file, its test, and one line here.

A source and its settings are imported where its word is met in a configuration: this table needs none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapters.late import late, named
from adapters.sources.contract import Context, Mounted, Source, SourceSettings

__all__ = ["SOURCES", "SourceType"]


@dataclass(frozen=True, slots=True)
class SourceType:
    """What the word after `type:` means: where its settings are, and what makes a source of them."""

    model: Callable[[], type[SourceSettings]]
    build: Callable[[Any, Context], Source | Mounted]

    @property
    def settings(self) -> type[SourceSettings]:
        """What it may be told."""
        return self.model()


def _of(settings: str, model: str, source: str, maker: str) -> SourceType:
    """By the module of the settings and their model, and the module of the source and what makes it."""
    return SourceType(partial(named, f"adapters.sources.{settings}", model), late(f"adapters.sources.{source}", maker))


SOURCES: Mapping[str, SourceType] = {
    "gerrit-api": _of("gerrit_api.settings", "GerritApiSettings", "gerrit_api.source", "GerritApi"),
    "gerrit-stream": _of("gerrit_stream.settings", "GerritStreamSettings", "gerrit_stream.source", "GerritStream"),
    "github-deliveries": _of(
        "github_deliveries.settings", "GithubDeliveriesSettings", "github_deliveries.source", "GithubDeliveries"
    ),
    "registry-log": _of("registry_log.settings", "RegistryLogSettings", "registry_log.source", "RegistryLog"),
    "tail": _of("tail.settings", "TailSettings", "tail.source", "Tail"),
    "jenkins-api": _of("jenkins_api.settings", "JenkinsApiSettings", "jenkins_api.source", "JenkinsApi"),
    "jenkins-home": _of("jenkins_home.settings", "JenkinsHomeSettings", "jenkins_home.source", "JenkinsHome"),
    "kafka": _of("broker.kafka", "KafkaSettings", "broker.kafka", "KafkaSource"),
    "kubernetes": _of("kubernetes.settings", "KubernetesSettings", "kubernetes.source", "Kubernetes"),
    "mqtt": _of("broker.mqtt", "MqttSettings", "broker.mqtt", "MqttSource"),
    "nats": _of("broker.nats", "NatsSettings", "broker.nats", "NatsSource"),
    "objects": _of("objects.settings", "ObjectsSettings", "objects.source", "Objects"),
    "poll": _of("poll.settings", "PollSettings", "poll.source", "Poll"),
    "rabbitmq": _of("broker.rabbitmq", "RabbitmqSettings", "broker.rabbitmq", "RabbitmqSource"),
    "webhook": _of("webhook", "WebhookSettings", "webhook", "Webhook"),
}

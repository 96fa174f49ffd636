"""The table of sources: a new transport is one file, its test, and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.late import late
from adapters.sources.broker.kafka import KafkaSettings, KafkaSource
from adapters.sources.broker.mqtt import MqttSettings, MqttSource
from adapters.sources.broker.nats import NatsSettings, NatsSource
from adapters.sources.broker.rabbitmq import RabbitmqSettings, RabbitmqSource
from adapters.sources.contract import Context, Mounted, Source, SourceSettings
from adapters.sources.gerrit_api.settings import GerritApiSettings
from adapters.sources.gerrit_stream.settings import GerritStreamSettings
from adapters.sources.jenkins_api.settings import JenkinsApiSettings
from adapters.sources.jenkins_home.settings import JenkinsHomeSettings
from adapters.sources.kubernetes.settings import KubernetesSettings
from adapters.sources.registry_log.settings import RegistryLogSettings
from adapters.sources.tail import Tail, TailSettings
from adapters.sources.webhook import Webhook, WebhookSettings


@dataclass(frozen=True, slots=True)
class SourceType:
    """What the word after `type:` means: its settings, and what makes a source of them."""

    settings: type[SourceSettings]
    build: Callable[[Any, Context], Source | Mounted]


SOURCES: Mapping[str, SourceType] = {
    "gerrit-api": SourceType(GerritApiSettings, late("adapters.sources.gerrit_api.source", "GerritApi")),
    "gerrit-stream": SourceType(GerritStreamSettings, late("adapters.sources.gerrit_stream.source", "GerritStream")),
    "registry-log": SourceType(RegistryLogSettings, late("adapters.sources.registry_log.source", "RegistryLog")),
    "tail": SourceType(TailSettings, Tail),
    "jenkins-api": SourceType(JenkinsApiSettings, late("adapters.sources.jenkins_api.source", "JenkinsApi")),
    "jenkins-home": SourceType(JenkinsHomeSettings, late("adapters.sources.jenkins_home.source", "JenkinsHome")),
    "kafka": SourceType(KafkaSettings, KafkaSource),
    "kubernetes": SourceType(KubernetesSettings, late("adapters.sources.kubernetes.source", "Kubernetes")),
    "mqtt": SourceType(MqttSettings, MqttSource),
    "nats": SourceType(NatsSettings, NatsSource),
    "rabbitmq": SourceType(RabbitmqSettings, RabbitmqSource),
    "webhook": SourceType(WebhookSettings, Webhook),
}

"""The brokers that faults happen to."""

from __future__ import annotations

from collections.abc import Mapping

from tests.faults.flow import MakeBroker
from tests.faults.mqtt_broker import Mqtt
from tests.faults.nats_broker import Nats
from tests.faults.rabbitmq_broker import Rabbitmq

BROKERS: Mapping[str, MakeBroker] = {"mqtt": Mqtt, "nats": Nats, "rabbitmq": Rabbitmq}

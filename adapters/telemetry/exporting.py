"""The export of metrics at intervals, in a thread of its own: what is heard never waits for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from importlib.metadata import version

import structlog
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from prometheus_client import CollectorRegistry

from adapters.errors import DeliveryError
from adapters.logs import Outage
from adapters.sinks.otlp.client import Client
from adapters.sinks.otlp.endpoint import MetricsEndpoint
from adapters.telemetry.points import metrics_request
from adapters.worker import Worker

LAST = 2.0
"""Seconds for the export at the end of the process."""

_log = structlog.get_logger(__name__)


class Exporter:
    """Tells a registry's metrics at each interval, and once more at the end. What fails is logged."""

    def __init__(self, endpoint: MetricsEndpoint, registry: CollectorRegistry, instance: str) -> None:
        self._client = Client(endpoint, "metrics")
        self._every = endpoint.every
        self._registry = registry
        self._resource: Mapping[str, str] = {
            "service.name": "cdevents-adapters",
            "service.instance.id": instance,
            "service.version": version("cdevents-adapters"),
            **endpoint.resource,
        }
        self._outage = Outage()

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Runs until it is cancelled."""
        worker = Worker("telemetry")
        try:
            while True:
                await sleep(self._every)
                await self._export(worker)
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._export(worker), LAST)
            worker.close()

    async def _export(self, worker: Worker) -> None:
        try:
            answer = await worker.run(self._exported)
        except DeliveryError as error:
            self._outage.begun()
            _log.warning("metrics not exported", reason=str(error))
            return
        if (away := self._outage.ended()) is not None:
            _log.info("metrics are exported again", away=away)
        with suppress(DecodeError):
            partial = ExportMetricsServiceResponse.FromString(answer).partial_success
            if partial.rejected_data_points or partial.error_message:
                _log.warning("metrics rejected", points=partial.rejected_data_points, reason=partial.error_message)

    def _exported(self) -> bytes:
        return self._client.export(metrics_request(self._registry.collect(), self._resource, time.time()))

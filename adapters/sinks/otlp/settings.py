"""The settings of the OTLP sink."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from adapters.settings import Field
from adapters.sinks.contract import SinkSettings
from adapters.sinks.otlp.endpoint import Endpoint


class OtlpSettings(Endpoint, SinkSettings):
    """`path` is a file of the sink's own, in which it remembers when the last so many runs began."""

    type: Literal["otlp"]
    path: Path = Path("var/otlp.db")
    remembers: Annotated[int, Field(ge=1_000, le=10_000_000)] = 100_000

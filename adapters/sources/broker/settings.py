"""What every source on a broker has."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from adapters.settings import Size
from adapters.sources.contract import CDEventsOrToolSettings


class BrokerSettings(CDEventsOrToolSettings):
    """Of a message with more than `max_message` bytes a stub is kept, which the routes put aside."""

    max_message: Annotated[Size, Field(gt=0)] = 10 << 20

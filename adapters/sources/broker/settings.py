"""What every source on a broker has."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from adapters.settings import Size
from adapters.sources.contract import CDEventsOrToolSettings


class BrokerSettings(CDEventsOrToolSettings):
    """Of a message with more than `max_message` bytes a stub is kept, which the routes put aside.

    The broker is told that messages were taken when they are in the journal, or when each route has passed them.
    """

    ack: Literal["journaled", "delivered"] = "journaled"
    max_message: Annotated[Size, Field(gt=0)] = 10 << 20

    @property
    def waits(self) -> bool:
        """As in SourceSettings."""
        return self.ack == "delivered"

"""What every source on a broker has."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from adapters.settings import Field, Size, model_validator
from adapters.sources.contract import CDEventsOrToolSettings


class BrokerSettings(CDEventsOrToolSettings):
    """Of a message with more than `max_message` bytes a stub is kept, which the routes put aside.

    The broker is told that messages were taken when they are in the journal, or when each route has passed them.
    `relayed` says that it hears what another adapter publishes of the tool's own words, by a route with `relay`.
    """

    ack: Literal["journaled", "delivered"] = "journaled"
    max_message: Annotated[Size, Field(gt=0)] = 10 << 20
    relayed: bool = False

    @model_validator(mode="after")
    def _words_of_a_tool(self) -> Self:
        if self.relayed and self.cdevents:
            raise ValueError("'relayed' is for a tool's own words: leave out it or 'cdevents'")
        return self

    @property
    def waits(self) -> bool:
        """As in SourceSettings."""
        return self.ack == "delivered"

"""What an `objects` source may be told."""

from __future__ import annotations

from typing import Annotated, Literal

from adapters.objects import Address
from adapters.secrets import Secret
from adapters.settings import AfterValidator, Duration, Field, Word
from adapters.sources.contract import SourceSettings


def _address(text: str) -> str:
    Address.of(text)
    return text


class ObjectsSettings(SourceSettings):
    """Objects by their addresses, such as `s3://archive/builds/**/*.json`, looked for every `poll`.

    Where they are at the first start, `from: end` leaves out those that are there already. `options` are those of the
    store's library, beside what the environment says: credentials, an endpoint.
    """

    type: Literal["objects"]
    urls: Annotated[tuple[Annotated[str, AfterValidator(_address)], ...], Field(min_length=1)]
    options: dict[Word, Secret] = {}
    from_: Annotated[Literal["beginning", "end"], Field(alias="from")] = "beginning"
    poll: Annotated[Duration, Field(gt=0)] = 60.0

    @property
    def single(self) -> bool:
        """As in SourceSettings."""
        return True

    @property
    def headless(self) -> bool:
        """As in SourceSettings."""
        return True

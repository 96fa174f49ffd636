"""The shape of an export mapping's file. These models check it, and make the JSON Schema that editors complete from."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Annotated, ClassVar, Literal, Self

from adapters.cdevents.selection import possible
from adapters.cdevents.vocabulary import EVENTS
from adapters.mapping.document import Defined, RuleSplit, Template, Text, Value, When
from adapters.mapping.within import path
from adapters.model import Spec
from adapters.settings import AfterValidator, Field, Settings, Word, model_validator, placed
from adapters.yamlfile import suggestion

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")

GIVEN = ("body", "body_digest", "type", "subject", "predicate")
"""The `$names` that are always there: the event, its digest, its type without a version, and the two parts of that."""


def _there_is(pattern: str) -> str:
    if not possible(pattern):
        hint = suggestion(pattern, EVENTS) or "write names such as pipelinerun.finished or change.*"
        raise ValueError(f"there is no CDEvent '{pattern}': {hint}")
    return pattern


Types = Annotated[
    list[Annotated[str, AfterValidator(_there_is)]],
    Field(min_length=1, description="The CDEvents that it is made of: change.merged, pipelinerun.*, dev.cdeventsx.*"),
]


_KEPT = frozenset({"authorization", "proxy-authorization", "cookie", "host", "content-length", "transfer-encoding"})


def _of_a_message(value: str) -> str:
    if not _HEADER.fullmatch(value.removesuffix("?")):
        raise ValueError("expected the name of a header, such as X-Team")
    if value.removesuffix("?").lower() in _KEPT:
        raise ValueError("this header is the sink's: write secrets under its 'auth' or 'headers'")
    return value


def _of_a_server(value: str) -> str:
    path(value)
    return value


class MessageRule(Settings):
    """Of which events it is made, what it is, and where it goes as far as it says so itself.

    A sink has its own address; `path` is below it, and `topic` what stands for `{topic}` in the name of its topic,
    subject or routing key.
    """

    types: Types
    when: When = {}
    split: RuleSplit | None = None
    id: Annotated[Text, Field(description="A UUID of the event and this message's name, if it has none")] | None = None
    type: (
        Annotated[Text, Field(description="What brokers and CloudEvents call it; mapped.<name>, if not said")] | None
    ) = None
    key: (
        Annotated[Text, Field(description="Equal for all that must keep its order; the event's own, if not said")]
        | None
    ) = None
    topic: Text | None = None
    method: Literal["POST", "PUT", "PATCH", "DELETE"] | None = None
    path: Annotated[Template, AfterValidator(_of_a_server)] | None = None
    headers: Annotated[
        dict[Annotated[str, AfterValidator(_of_a_message)], Text],
        Field(description="Headers that go with it; nothing secret: that is the sink's"),
    ] = {}
    body: Value

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        if self.split is not None and self.id is None:
            raise placed("a message of each item needs an id that tells it from the others", ("split",))
        return self


class ExportFile(Defined):
    """A whole export mapping."""

    cdevents: Annotated[Literal[Spec.V0_5_1], Field(description="The vocabulary that events are read in")]
    messages: Annotated[dict[Word, MessageRule], Field(min_length=1)]

    given: ClassVar[Collection[str]] = GIVEN

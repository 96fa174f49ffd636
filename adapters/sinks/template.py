"""Names of topics, subjects and routing keys, made of an event: `cicd.{format}.{type}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

from adapters.brokers.partition import partition, partitions
from adapters.model import Message
from adapters.settings import AfterValidator
from adapters.yamlfile import suggestion

FIELDS = ("format", "type", "source", "subject", "id", "partitionkey", "topic")
"""What a template can name: `format` is a route's, `topic` what an export mapping says, the others are attributes."""

PARTITION = "partition"
"""A field that says of how many: `{partition:8}` is the same number, below that, for what has one `partitionkey`."""

ABSENT = "_"
"""What stands for an attribute that an event does not have."""


_NAMES = 1024
"""How many names a template remembers: there are few types and sources, and many events of each."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How a broker's names are made: what of a value becomes `_`, and what a whole name must look like.

    `rule` says the latter in words, after "expected". In what an export mapping says, it is `unsafe_topic` that becomes
    `_`, if that is less.
    """

    unsafe: re.Pattern[str]
    valid: re.Pattern[str]
    rule: str
    unsafe_topic: re.Pattern[str] | None = None

    @property
    def template(self) -> AfterValidator:
        """Checks a setting: its placeholders, and that what stands between them can be in a name."""
        return AfterValidator(self._checked)

    def name_of(self, template: str) -> Callable[[Message], str]:
        """What makes a message's name; the template is one that was checked."""
        fields = [field for _, field, _, _ in Formatter().parse(template) if field]
        made = lru_cache(_NAMES)(lambda *values: template.format_map(self._safe(fields, values)))

        def name(message: Message) -> str:
            return made(*[_value(message, field) for field in fields])

        return name

    def _safe(self, fields: Sequence[str], values: Sequence[str | None]) -> dict[str, str]:
        given = {field: value or ABSENT for field, value in zip(fields, values, strict=True)}
        safe = {field: self._unsafe(field).sub("_", value) for field, value in given.items()}
        return safe | {field: _Key(value) for field, value in given.items() if field == PARTITION}

    def _unsafe(self, field: str) -> re.Pattern[str]:
        return self.unsafe_topic or self.unsafe if field == "topic" else self.unsafe

    def _checked(self, template: str) -> str:
        sample = "".join(
            literal + (ABSENT if _known(field, form) else "") for literal, field, form in _parsed(template)
        )
        if not self.valid.fullmatch(sample):
            raise ValueError(f"expected {self.rule}")
        return template


class _Key(str):
    """A key that is written as the number that it has of so many."""

    __slots__ = ()

    def __format__(self, of: str) -> str:
        return str(partition(self, int(of)))


def _value(message: Message, field: str) -> str | None:
    match field:
        case "format":
            return message.format
        case "partition":
            return message.attributes.get("partitionkey")
        case "topic":
            return message.place.topic
    return message.attributes.get(field)


def _parsed(template: str) -> list[tuple[str, str | None, str]]:
    try:
        return [(text, name, (form or "") + (kind or "")) for text, name, form, kind in Formatter().parse(template)]
    except ValueError as error:
        raise ValueError(f"{error}: a placeholder is written {{type}}, a brace {{{{") from None


def _known(field: str | None, form: str) -> bool:
    """Whether there is a placeholder; raises ValueError for one that means nothing."""
    if field is None:
        return False
    if field == PARTITION:
        if partitions(f"{{{field}:{form}}}") is None:
            raise ValueError(f"a template has {{{field}:8}} with how many there are, 999 at most")
        return True
    if field not in FIELDS or form:
        hint = suggestion(field, FIELDS) or f"there are {', '.join(FIELDS)}"
        raise ValueError(f"a template cannot have {{{field}{':' if form else ''}{form}}}: {hint}")
    return True

"""Names of topics, subjects and routing keys, made of an event: `cicd.{format}.{type}`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter

from pydantic import AfterValidator

from adapters.model import Message
from adapters.yamlfile import suggestion

FIELDS = ("format", "type", "source", "subject", "id", "partitionkey")
"""What a template can name: `format` is `legacy` or `cdevents`, the others are CloudEvents attributes."""

ABSENT = "_"
"""What stands for an attribute that an event does not have."""


_NAMES = 1024
"""How many names a template remembers: there are few types and sources, and many events of each."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How a broker's names are made: what of a value becomes `_`, and what a whole name must look like.

    `rule` says the latter in words, after "expected".
    """

    unsafe: re.Pattern[str]
    valid: re.Pattern[str]
    rule: str

    @property
    def template(self) -> AfterValidator:
        """Checks a setting: its placeholders, and that what stands between them can be in a name."""
        return AfterValidator(self._checked)

    def name_of(self, template: str) -> Callable[[Message], str]:
        """What makes a message's name; the template is one that was checked."""
        fields = [field for _, field, _, _ in Formatter().parse(template) if field]
        made = lru_cache(_NAMES)(lambda *values: template.format_map(self._safe(fields, values)))

        def name(message: Message) -> str:
            attributes = message.attributes
            return made(*[message.format if field == "format" else attributes.get(field) for field in fields])

        return name

    def _safe(self, fields: Sequence[str], values: Sequence[str | None]) -> dict[str, str]:
        return {field: self.unsafe.sub("_", value or ABSENT) for field, value in zip(fields, values, strict=True)}

    def _checked(self, template: str) -> str:
        sample = "".join(
            literal + (ABSENT if _known(field, form) else "") for literal, field, form in _parsed(template)
        )
        if not self.valid.fullmatch(sample):
            raise ValueError(f"expected {self.rule}")
        return template


def _parsed(template: str) -> list[tuple[str, str | None, str]]:
    try:
        return [(text, name, (form or "") + (kind or "")) for text, name, form, kind in Formatter().parse(template)]
    except ValueError as error:
        raise ValueError(f"{error}: a placeholder is written {{type}}, a brace {{{{") from None


def _known(field: str | None, form: str) -> bool:
    """Whether there is a placeholder; raises ValueError for one that means nothing."""
    if field is None:
        return False
    if field not in FIELDS or form:
        hint = suggestion(field, FIELDS) or f"there are {', '.join(FIELDS)}"
        raise ValueError(f"a template cannot have {{{field}{':' if form else ''}{form}}}: {hint}")
    return True

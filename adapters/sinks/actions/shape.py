"""What an action sends, shaped by the event: the mapping language over the CDEvent, checked when it is configured.

`${subject.id}` and `${context.chainId}` are the event's own; `${customData.number | default(0)}` has filters and
defaults; a key that ends in `?` is left out where its value is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.errors import PermanentError
from adapters.mapping.closures import Names
from adapters.mapping.failures import Failure
from adapters.mapping.scope import Closure
from adapters.mapping.values import Values
from adapters.yamlfile import YamlFile

Tables = Mapping[str, Mapping[str, Any]]


def shape(value: Any, tables: Tables, given: Mapping[str, Closure] | None = None) -> Closure:
    """The closure of a text, object or list with `${...}` in it; raises ValueError with what is wrong in it.

    `given` is what a `$name` stands for.
    """
    values = Values(YamlFile("", value, {}), Names(given or {}, tables))
    closure = values.required(value, ())
    if values.problems:
        raise ValueError("; ".join(problem.message for problem in values.problems))
    return closure


def shaped(closure: Closure, document: Mapping[str, Any]) -> Any:
    """The value for one event; raises PermanentError where the event has not what is needed."""
    try:
        return closure(document)
    except Failure as failure:
        raise PermanentError(f"the event cannot be acted on: {failure}") from None


def text(closure: Closure, document: Mapping[str, Any]) -> str:
    """The value as a text; raises PermanentError where it is no text, number, true or false."""
    value = shaped(closure, document)
    if isinstance(value, (dict, list)):
        raise PermanentError(f"the event cannot be acted on: a text is wanted, not {value!r:.80}")
    return str(value).lower() if isinstance(value, bool) else str(value)

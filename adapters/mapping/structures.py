"""What may be written in place of a value: one chosen by a condition, one for each item of a list, objects in one.

outcome: {$if: {errors: {gt: 0}}, then: failure, else: success}     # no else: missing
images:  {$each: containers, as: one, when: {one.image: {exists: true}}, value: "${one.image}"}
labels:  {$merge: [{team: ci}, "${labels}"]}                        # the last of a name counts
tags:    [latest, {$optional: "${tag}"}]                            # an item that is left out where it is missing
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from adapters.mapping.document import Expression, When
from adapters.settings import Field, Settings, Word

_WORD = re.compile(r"\$[A-Za-z_].*", re.DOTALL)


class Choice(Settings):
    """`then` where the condition holds, `else` where it does not; without one, the value is missing."""

    if_: Annotated[When, Field(alias="$if")]
    then: Any
    else_: Annotated[Any, Field(alias="else")] = None


class Each(Settings):
    """A list of `value` for each item of a list, or member of an object, for which `when` holds."""

    each: Annotated[Expression, Field(alias="$each")]
    as_: Annotated[Word, Field(alias="as")]
    when: When = {}
    value: Any


class Merge(Settings):
    """An object of the members of some; of those of one name, the last one's."""

    merge: Annotated[list[dict[str, Any] | str], Field(alias="$merge", min_length=1)]


class Optional(Settings):
    """An item of a list, or of `$each`, that is left out where anything in it is missing, or it is empty."""

    optional: Annotated[Any, Field(alias="$optional")]


STRUCTURES: Mapping[str, type[Settings]] = {"$if": Choice, "$each": Each, "$merge": Merge, "$optional": Optional}
"""What an object is written as, by the member that makes it more than an object."""


def is_word(key: str) -> bool:
    """Whether a member's name is one of the language: `$if`, but not `$$if` (a member `$if`) nor `${name}`."""
    return _WORD.fullmatch(key) is not None


def is_structured(node: Iterable[str]) -> bool:
    """Whether an object is more than its members."""
    return any(map(is_word, node))

"""The types that an `emit` may come to: the one that is written out, or those that a table gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.mapping import syntax
from adapters.mapping.closures import Names, table_of
from adapters.mapping.failures import Unknown, shown
from adapters.mapping.syntax import Call, Expression, Literal

Tables = Mapping[str, Mapping[str, Any]]


def types(emit: str, tables: Tables) -> Sequence[str]:
    """Each type once, in the table's order; raises Unknown or SyntaxProblem where they cannot be known."""
    parts = syntax.template(emit)
    match [part for part in parts if isinstance(part, Expression)]:
        case []:
            return [emit]
        case [Expression(calls=(*_, Call(name="table") as call))]:
            values = dict.fromkeys(_values(call, tables))
            return ["".join(part if isinstance(part, str) else value for part in parts) for value in values]
    raise Unknown(f"'{emit}' could be anything", "one ${...} that ends in a table: service.${kind | table(types)}")


def _values(call: Call, tables: Tables) -> Iterator[str]:
    name, table = table_of(call, Names({}, tables))
    for value in (*table.values(), *(each.value for each in call.arguments[1:] if isinstance(each, Literal))):
        if not isinstance(value, str):
            raise Unknown(f"table {name} has {shown(value)} in it, which is no type")
        yield value

"""What files of the language have in common when they are compiled, whichever way their events go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from adapters.errors import ConfigError, Problem
from adapters.mapping import syntax
from adapters.mapping.choice import Choice, Item, choice
from adapters.mapping.closures import Names, pipeline
from adapters.mapping.code import called, remembered
from adapters.mapping.definitions import Definitions
from adapters.mapping.document import Defined, RuleSplit, Split
from adapters.mapping.failures import Absent
from adapters.mapping.scope import Closure, Constant
from adapters.mapping.translator import Ignore, Splitter, chosen, splitter, whole
from adapters.mapping.values import Values
from adapters.yamlfile import Location, Placed, YamlFile, suggestion

Made = TypeVar("Made")


class WrongVariables(ConfigError):
    """A mapping is given a variable that it does not have, or not one that it cannot do without."""


class Compiling:
    """Compiles the parts of one file; problems gather in `values`. `given` are the `$names` that are always there."""

    def __init__(
        self, file: YamlFile, model: Defined, given: Mapping[str, Closure], variables: Mapping[str, Any]
    ) -> None:
        self.file = file
        self._defined = model
        self._items = frozenset(_items(file.data))
        self.values = Values(file, Names({}, model.tables))
        set_ = {name: Constant(variables.get(name, default)) for name, default in model.variables.items()}
        self.values.names = Names(definitions := Definitions({**given, **set_}, model.let, self._let), model.tables)
        definitions.make_all()

    def _let(self, name: str) -> Closure:
        node, at = self._defined.let[name], ("let", name)
        if node is None:
            return Constant(Absent(f"${name} is null"))
        made = self.values.expression(node, at) if isinstance(node, str) else self.values.optional(node, at)
        return self.remembered(made, f"let {name}")

    def remembered(self, closure: Closure, name: str) -> Closure:
        """The closure, evaluated once for each record, or for each item of a split where it reads that."""
        return remembered(closure, name, self._items)

    def choice(self, items: Sequence[Item]) -> Choice[Item]:
        """A choice among items of the file, by what most of their conditions ask."""
        return choice(items, lambda text: called(pipeline(syntax.expression(text), self.values.names)))

    def ignores(self) -> Choice[Ignore]:
        """The entries of `ignore`."""
        return self.choice([self._ignore(when, ("ignore", at)) for at, when in enumerate(self._defined.ignore)])

    def _ignore(self, when: Mapping[str, Any], at: Location) -> Ignore:
        return Ignore(self.file.where(at), self.values.condition(when, at))

    def splitter(self, model: Split | None, at: Location, *, required: bool) -> Splitter:
        """What makes many scopes of one, at a place; without a model, the one."""
        if model is None:
            return whole
        return splitter(
            called(self.values.expression(model.each, (*at, "each"))),
            model.as_,
            self.file.where(at),
            required=required,
            optional=model.optional,
        )

    def rule_splitter(self, model: RuleSplit | None, at: Location) -> Splitter:
        """The same of a rule, which may leave scopes out."""
        split = self.splitter(model, at, required=False)
        return chosen(split, self.values.condition(model.when, (*at, "when"))) if model and model.when else split


def _items(node: Any) -> Iterator[str]:
    """The names that splits give to their items, wherever in a file one stands."""
    if isinstance(node, dict):
        yield from (name for name in (node.get("as"),) if isinstance(name, str))
        node = [*node.values()]
    for each in node if isinstance(node, list) else ():
        yield from _items(each)


def checked(
    file: YamlFile,
    model: Defined,
    variables: Mapping[str, Any],
    asked: Placed | None,
    make: Callable[[], tuple[Made, Values]],
) -> Made:
    """What `make` makes of a file with variables. Raises ConfigError with every problem of them, or of the file.

    `asked` places what is wrong with the variables that are given, which otherwise is told in the mapping.
    """
    if wrong := list(_wrong(model, variables, asked or file.problem)):
        raise WrongVariables(wrong)
    try:
        made, values = make()
    except RecursionError:
        raise ConfigError(
            [Problem(file.name, "has more in one another, or made of one another, than can be read")]
        ) from None
    if values.problems:
        raise ConfigError(sorted(dict.fromkeys(values.problems), key=lambda problem: _line(problem.where)))
    return made


def _wrong(model: Defined, given: Mapping[str, Any], placed: Placed) -> Iterator[Problem]:
    declared = model.variables
    for name in given.keys() - declared.keys():
        yield placed(("variables", name), f"the mapping has no variable '{name}'", suggestion(name, declared))
    for name, default in declared.items():
        if given.get(name, default) is None:
            hint = "give it a value under its `variables`"
            yield placed(("variables", name), f"the variable '{name}' must be set", hint)


def _line(where: str) -> tuple[str, int, int]:
    name, line, column = where.rsplit(":", 2)
    return name, int(line), int(column)

"""Closures written out as Python: what a rule is made of becomes one function, without a call for each part of it.

A record then costs about what it would cost a function written by hand. The generated statements do not say where in
the mapping they come from: that is looked up, by line, when one of them fails.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, lru_cache, partial
from itertools import count
from types import CodeType, FunctionType
from typing import Any, NamedTuple

from adapters.mapping.failures import Absent, Failure, Missing
from adapters.mapping.filters.filter import ERRORS
from adapters.mapping.scope import ITEM, MEMO, UNSPLIT, Closure, Constant, Scope
from adapters.mapping.syntax import ALL, Step

_DEEPEST = 50
"""With so many blocks around it, a closure is called instead of written out: Python reads a hundred, and no more."""
_REMEMBERED = 64
"""Sources whose code is remembered: most functions of a mapping are short, and of a few forms."""
_SHORT = 12
"""Statements of what is written out wherever it is used, so that a call is saved."""

_PRESENT = "present"
"""What is known of a variable that is not Absent, where it is known."""

_TRY = 4
"""A `try` counts for so many: Python takes twenty in one another."""
_HEAD = ("def function(scope):", "  try:")
_TAIL = ("  except FAILURES as error:", "    raise explained(error) from None")
_ALWAYS = {"Absent": Absent, "Missing": Missing, "FAILURES": (Failure, *ERRORS)}


class _Mark(NamedTuple):
    """What there is to say of a line that fails: its place in the mapping, and the filter that it calls."""

    place: str
    calls: str


class _Draft(NamedTuple):
    """A function's length in statements, and the members of a scope that it reads: ALL for any of them."""

    length: int
    reads: frozenset[Step]


class Function:
    """A function of a scope while it is written; it `reads` these members of it, ALL for any of them."""

    def __init__(self) -> None:
        self.reads: set[Step] = set()
        self._lines = [*_HEAD]
        self._marks = [_Mark("", "")] * len(_HEAD)
        self._place = ""
        self._depth = len(_HEAD)
        self._objects: dict[str, Any] = dict(_ALWAYS)
        self._known: ChainMap[Hashable, str] = ChainMap()
        self._numbers = count()

    @property
    def length(self) -> int:
        """How many statements there are."""
        return len(self._lines) - len(_HEAD)

    def write(self, line: str, calls: str = "") -> None:
        """Adds a statement; `calls` is the filter whose errors it may raise."""
        self._lines.append("  " * self._depth + line)
        mark = _Mark(self._place, calls)
        self._marks.append(self._marks[-1] if mark == self._marks[-1] else mark)

    def assign(self, expression: str, calls: str = "") -> str:
        """A new variable with the value of an expression."""
        name = self.variable()
        self.write(f"{name} = {expression}", calls)
        return name

    def variable(self) -> str:
        """A new variable, not assigned yet."""
        return f"v{next(self._numbers)}"

    def bind(self, value: object) -> str:
        """A name for an object that is there before the function is called."""
        name = f"x{next(self._numbers)}"
        self._objects[name] = value
        return name if type(value) is Absent else self.present(name)

    def present(self, name: str) -> str:
        """The name of a value that from here on is known to be there."""
        self._known[_PRESENT, name] = name
        return name

    def may_miss(self, name: str) -> bool:
        """Whether a value may be Absent."""
        return (_PRESENT, name) not in self._known

    def unless_absent(self, values: Iterable[str], otherwise: str) -> str:
        """An expression: the first of some values that is Absent, or else another expression's."""
        asked = filter(self.may_miss, values)
        return "".join(f"{value} if type({value}) is Absent else " for value in asked) + otherwise

    def made_of(self, values: Iterable[str], expression: str, calls: str = "") -> str:
        """A new variable with what an expression, which is never Absent, makes of values; Absent where one is."""
        values = [*values]
        name = self.assign(self.unless_absent(values, expression), calls)
        return name if any(map(self.may_miss, values)) else self.present(name)

    def value(self, closure: Closure) -> str:
        """The name of what a closure gives, computed at most once on any way through the function."""
        if isinstance(closure, Constant):
            return self.bind(closure.value)
        if isinstance(closure, Code) and self._depth < _DEEPEST:
            return self.once(closure, lambda: closure.write(self))
        return self.call(closure)

    def call(self, closure: Closure) -> str:
        """The same, by a call."""
        self.reads.update(reads(closure))
        return self.once(closure, lambda: self.assign(f"{self.bind(called(closure))}(scope)"))

    def once(self, key: Hashable, make: Callable[[], str]) -> str:
        """The variable that was made for a key, or is made now."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Statements under an `if` or `try`: what they alone compute is not known after them."""
        self.write(head)
        depth = self._depth
        self._depth += _TRY if head == "try:" else 1
        self._known = self._known.new_child()
        yield
        self._known = self._known.parents
        self._depth = depth

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Statements of one place in the mapping, as `file:line:column`."""
        outer, self._place = self._place, place
        yield
        self._place = outer

    def returning(self, name: str) -> Closure:
        """The function, made: it gives the value of a variable."""
        self.write(f"return {name}")
        self._objects["explained"] = partial(_explained, self._marks)
        source = "\n".join([*self._lines, *_TAIL])
        return FunctionType(_code(source).replace(), self._objects)  # what Python learns of one is not of another


@lru_cache(_REMEMBERED)
def _code(source: str) -> CodeType:
    """The code of a function; of a mapping's text only names are in it, quoted."""
    module = compile(source, "a mapping", "exec")
    return next(each for each in module.co_consts if isinstance(each, CodeType))


def _explained(marks: Sequence[_Mark], error: Exception) -> Exception:
    """What one of a function's statements raised, as a Failure that says where; a mark is there for each line."""
    assert error.__traceback__ is not None  # noqa: S101  it was raised
    mark = marks[error.__traceback__.tb_lineno - 1]
    if not isinstance(error, Failure):
        if not mark.calls:
            return error
        error = Failure(f"{mark.calls}: {error}")
    error.where = error.where or mark.place
    return error


class Code:
    """A closure that can be written into a function as well: `write` adds its statements, and names what they give."""

    def __init__(self, write: Callable[[Function], str]) -> None:
        self.write = write

    @cached_property
    def function(self) -> Closure:
        """The closure as a function of its own."""
        function = Function()
        return function.returning(self.write(function))

    @cached_property
    def draft(self) -> _Draft:
        """What is known of the function without making it."""
        function = Function()
        self.write(function)
        return _Draft(function.length, frozenset(function.reads))

    def __call__(self, scope: Scope) -> Any:
        """The value over a scope."""
        return self.function(scope)


def called(closure: Closure) -> Closure:
    """A closure that is quickest to call."""
    return closure.function if isinstance(closure, Code) else closure


def reads(closure: Closure) -> Collection[Step]:
    """The members of a scope that a closure reads, ALL for any of them."""
    if isinstance(closure, Code):
        return closure.draft.reads
    return () if isinstance(closure, Constant) or closure in UNSPLIT else (ALL,)


def folded(closure: Closure, parts: Iterable[Closure]) -> Closure:
    """What is made of constants alone is one; unless it fails, which matters only where it is used."""
    if not all(isinstance(part, Constant) for part in parts):
        return closure
    try:
        return Constant(closure({}))
    except Failure:
        return closure


def remembered(closure: Closure, name: str, items: Collection[str] = ()) -> Closure:
    """The closure, evaluated once for each record; `name` is unlike any other's of the same mapping.

    Of `items`, the names that splits give to what they make of a record, one that reads any is evaluated for each item.
    One that is long is called: written out, those that use it would be longer still, and so on.
    """
    if isinstance(closure, Constant):
        return closure

    def write(function: Function) -> str:
        key = ITEM if items and not {ALL, *items}.isdisjoint(reads(closure)) else MEMO
        memo = function.once(key, lambda: function.assign(f"scope[{key!r}]"))
        value = function.assign(f"{memo}.get({name!r}, {memo})")
        with function.block(f"if {value} is {memo}:"):
            long = isinstance(closure, Code) and closure.draft.length > _SHORT
            function.write(f"{value} = {memo}[{name!r}] = {(function.call if long else function.value)(closure)}")
        return value

    return Code(write)

"""How an API lists things: where, in which pages, and where in an answer they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from adapters.mapping import syntax
from adapters.mapping import when as conditions
from adapters.mapping.document import When
from adapters.settings import AfterValidator, BeforeValidator, Field, Settings, Word, model_validator, placed


def _path(text: str) -> str:
    syntax.members(text)
    return text


Path = Annotated[str, AfterValidator(_path)]
"""A path into JSON, as mappings write it: `data.items`, `jobs[0]`."""

Paths = Annotated[
    tuple[Path, ...],
    BeforeValidator(lambda given: (given,) if isinstance(given, str) else given, Path | list[Path]),
    Field(min_length=1),
]
"""A path, or several that are one together."""

Parameter = Annotated[str, Field(min_length=1)]
Order = Literal["any", "newest", "oldest"]
Scalar = bool | int | float | str


class Pages(Settings):
    """How the next page is asked for, one of: the header Link; a URL in the body; a cursor; a number; an offset.

    What is sent is a parameter of the query, or of a body the path of a member. With `size`, a page that has fewer
    items is the last; without it an empty one is. `most` bounds one listing.
    """

    link: Literal[True] | None = None
    next: Path | None = None
    cursor: Path | None = None
    parameter: Parameter | None = None
    number: Parameter | None = None
    offset: Parameter | None = None
    first: Annotated[int, Field(ge=0)] | None = None
    size: Annotated[int, Field(ge=1)] | None = None
    most: Annotated[int, Field(ge=1)] = 1000

    @property
    def counted(self) -> bool:
        """Whether pages are asked for by what was counted so far."""
        return bool(self.number or self.offset)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [name for name in ("link", "next", "cursor", "number", "offset") if getattr(self, name) is not None]
        if len(ways) > 1:
            raise placed(f"'{ways[0]}' and '{ways[1]}' are two ways to the next page", (ways[1],), "choose one")
        if (self.cursor is None) != (self.parameter is None):
            raise placed(
                "'cursor' and 'parameter' go together", (), "where the cursor is in the body, and what it is sent as"
            )
        if (wrong := next((name for name in ("first", "size") if getattr(self, name) is not None), None)) and not (
            self.number or self.offset
        ):
            raise placed(f"'{wrong}' goes with 'number' or 'offset'", (wrong,))
        return self


def _pages(given: Any) -> Any:
    return {"link": True} if given == "link" else given


class Listing(Settings):
    """A list that an API gives, page by page; with a `body`, of JSON, it is asked by POST, as of GraphQL and JSON-RPC.

    `items` is the path of the list in the body, which is the list itself without it. `within` are the lists that it
    is in, the outermost first, by the names by which their items are joined in. `id` is what makes an item the same.
    """

    url: Annotated[str, Field(min_length=1)]
    query: dict[str, Scalar | list[Scalar]] = {}
    body: dict[str, Any] | None = None
    pages: Annotated[Pages, BeforeValidator(_pages, Literal["link"] | Pages)] = Pages()
    within: dict[Word, Path] = {}
    items: Path | None = None
    id: Paths = ("id",)


class Outer(Listing):
    """A list of which each item, but for those of which `when` does not hold, has a list of its own."""

    when: When = {}

    @model_validator(mode="after")
    def _condition(self) -> Self:
        checked(self.when, "when")
        return self


def checked(condition: When, at: str) -> None:
    """Raises what is wrong in a condition that is written at a place of settings."""
    for where, message, hint in conditions.findings(condition):
        raise placed(message, (at, *where), hint)

"""The shape of a mapping file. These models check it, and make the JSON Schema that editors complete from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, ClassVar, Literal, Self

from adapters.cdevents.vocabulary import CUSTOM_TYPE, EVENTS
from adapters.mapping.dropping import steps
from adapters.mapping.input_settings import Input, WrittenInput
from adapters.model import Spec
from adapters.settings import AfterValidator, BeforeValidator, Field, Settings, Word, model_validator, placed

Expression = Annotated[
    str, Field(min_length=1, description="A path and filters, `build.url | url_path`, or a template with ${...}")
]
Template = Annotated[str, Field(min_length=1, description="Text with ${path | filter} in it")]
When = Annotated[
    dict[str, Any],
    Field(description="Conditions that must all hold: {path: value}, {path: [values]}, {path: {matches: regex}}"),
]
Emit = Annotated[
    str,
    Field(
        description="`<subject>.<predicate>` of CDEvents, or a whole custom type; `${... | table(name)}` may be in it",
        json_schema_extra={"anyOf": [{"enum": sorted(EVENTS)}, {"pattern": CUSTOM_TYPE}, {"pattern": r"\$\{"}]},
    ),
]


def _chosen(value: dict[str, Any]) -> dict[str, Any]:
    if "$if" not in value:
        raise ValueError("this is a text, or one chosen by $if")
    return value


Text = Template | Annotated[dict[str, Any], AfterValidator(_chosen), Field(description="A template chosen by $if")]
Value = Annotated[
    str | int | float | bool | list[Any] | dict[str, Any],
    Field(description="A template, an object or list of them, or a structured value ($if, $each, $merge)"),
]


class Split(Settings):
    """Makes one of many: a record (or event) for each item of `each`, which it finds under the name `as`.

    The items of an object are its members, as `{key, value}`. Where `each` is missing, an `optional` split leaves the
    record whole; otherwise it is an error at the top of a mapping, and in a rule there is nothing to emit.
    """

    each: Expression
    as_: Annotated[Word, Field(alias="as")]
    optional: bool = False


class RuleSplit(Split):
    """A rule's split may leave items out: those for which `when` does not hold."""

    when: When = {}


class Subject(Settings):
    """`subject` of the CDEvent. `source` only where it differs from the instance."""

    id: Text
    source: Text | None = None
    content: dict[str, Any] = {}


def _alternatives(value: Any) -> Any:
    return [value] if isinstance(value, list) and all(isinstance(each, str) for each in value) else value


Keys = Annotated[
    list[Annotated[list[Expression], Field(min_length=1)]],
    BeforeValidator(_alternatives, list[Expression] | list[list[Expression]]),
]
"""A key, or several, of which the first counts whose values are all there."""


class Reference(Settings):
    """Names another CDEvent by what its id is made of; `source` is the instance unless it comes from another tool."""

    emit: Emit
    id: Keys
    source: Template | None = None


class Known(Settings):
    """Names another CDEvent, whatever its type, by the `context_id` that its rule has for it."""

    context_id: Text


Target = Word | Reference | Known


class Link(Settings):
    """One of `path` (the event this one follows), `relation` (with its `kind`) and `end`: a rule or a reference.

    Or `domain`, with its `kind`: a relation to what no event is known of, by what its own tool calls it. With a
    `split` it is a link for each item.
    """

    split: RuleSplit | None = None

    path: Target | None = None
    relation: Target | None = None
    end: Target | None = None
    domain: Annotated[
        Template | None,
        Field(description="cdevents:v0:<provider>:<its id>:<namespace>:<groups>:<type>:<resource id>, of 0.6.0-draft"),
    ] = None
    kind: Template | None = None
    tags: dict[str, Any] = {}
    when: When = {}

    def targets(self) -> tuple[tuple[str, Target | None], ...]:
        """Each kind of link with its target, of which one is set."""
        return ("path", self.path), ("relation", self.relation), ("end", self.end), ("domain", self.domain)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(target is not None for _, target in self.targets()) != 1:
            raise ValueError("a link has one of path, relation, end and domain")
        if (self.relation is None and self.domain is None) != (self.kind is None):
            raise ValueError("a relation, and only a relation, has a kind")
        return self


Chain = Annotated[
    Keys,
    Field(description="The key of what started it all; of several lists the first whose values are there counts"),
]


class Common(Settings):
    """What `defaults` may give to every rule."""

    timestamp: Text | None = None
    chain: Chain | None = None
    links: list[Link] = []
    custom_data: dict[str, Any] = {}


class Rule(Common):
    """When it fires, and the CDEvent it makes."""

    when: When = {}
    split: RuleSplit | None = None
    emit: Emit
    id: (
        Annotated[
            Keys,
            Field(
                description="The natural key: what names the occurrence; of several the first whose values are there"
            ),
        ]
        | None
    ) = None
    context_id: (
        Annotated[Text, Field(description="In place of a key, the UUID by which the tool's other messages name it")]
        | None
    ) = None
    subject: Subject

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.id is None) == (self.context_id is None):
            raise ValueError("a rule has an id, or in its place a context_id")
        return self


class Lookup(Settings):
    """A table that is a file: CSV with a header, or the members of a YAML file.

    Of CSV, `key` and `value` are columns; without a `value`, and a column of this name, a key's value is its whole row.
    """

    file: Annotated[
        Template,
        Field(description="From the folder of the file that this is in; what ${$variables} say, from elsewhere"),
    ]
    key: Annotated[str, Field(min_length=1)] = "key"
    value: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _columns(self) -> Self:
        if self.model_fields_set & {"key", "value"} and self.file.endswith((".yaml", ".yml")):
            raise ValueError("key and value are columns of CSV")
        return self


def _leading(path: str) -> str:
    steps(path)
    return path


class Defined(Settings):
    """What files of the language define, whichever way their events go."""

    include: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(description="Files that are included: paths from this file's folder, or from that of shipped mappings"),
    ] = []
    variables: Annotated[
        dict[Word, Any],
        Field(description="What a source, or a route, may set, with defaults; null must be set. Read as $name"),
    ] = {}
    let: Annotated[
        dict[Word, Value | None],
        Field(description="Names for values used more than once: expressions, or structured ones; null is missing"),
    ] = {}
    tables: dict[Word, dict[str, Any]] = {}
    lookups: Annotated[
        dict[Word, Lookup], Field(description="Tables that are files, loaded again when they change")
    ] = {}
    ignore: Annotated[list[When], Field(description="Records that are known and mean nothing; no rule sees them")] = []

    given: ClassVar[Collection[str]] = frozenset(
        {"instance", "received_at", "headers", "body", "body_digest", "images", "envelope"}
    )
    """The `$names` that are always there."""

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [*self.variables, *self.let]
        if twice := next((name for name in names if names.count(name) > 1 or name in self.given), None):
            at = "let" if twice in self.let else "variables"
            raise placed(f"${twice} is defined twice, or is a name that is always there", (at, twice))
        if both := next(iter(self.tables.keys() & self.lookups.keys()), None):
            raise placed(f"'{both}' is a table and a lookup: one name is one of them", ("lookups", both))
        return self


class SharedFile(Defined):
    """What mappings have in common, in a file that they include."""

    drop: Annotated[
        list[Annotated[str, AfterValidator(_leading)]],
        Field(description="Members that are never kept, by their paths: outputs.*.value, vars[*].value, **.token"),
    ] = []
    defaults: Common = Common()


class MappingFile(SharedFile):
    """A whole mapping file."""

    cdevents: Annotated[
        Literal[Spec.V0_5_1, Spec.V0_6_0], Field(description="The vocabulary that the rules are written in")
    ]
    input: WrittenInput = Input.model_validate({"json": True})
    image: (
        Annotated[
            Template,
            Field(description="The package URL of the image a record is about: $images has what is looked up of it"),
        ]
        | None
    ) = None
    split: Split | None = None
    carried: (
        Annotated[
            Value,
            Field(description="The CDEvent that a record carries, if any: it is passed on as it is, and no rule fires"),
        ]
        | None
    ) = None
    rules: Annotated[dict[Word, Rule], Field(min_length=1)]

    @model_validator(mode="after")
    def _drops_of_json(self) -> Self:
        read = self.input
        if self.drop and not (read.json_ or read.ndjson or read.lines or isinstance(read.form, str)):
            raise placed("drop is for what has JSON in it: json, ndjson, a field of a form, lines", ("drop",))
        return self

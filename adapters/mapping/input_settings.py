"""What a mapping says of how the records of its tool are written: `input`."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from adapters.mapping.envelopes import Kind
from adapters.settings import AfterValidator, BeforeValidator, Field, Settings, Word, model_validator
from adapters.yamlfile import suggestion


class XmlInput(Settings):
    """What XML does not say of itself: which dotted paths are lists or maps, and whether names become snake_case.

    `lists` are elements whose children are the items, `repeated` elements that are items themselves, even if there is
    only one. With `attributes` these are members `@name`. `each` makes documents of all elements of a name, of which
    there may be none in an empty root that is in `none_in`; those around one are `$envelope.around`.
    """

    lists: list[str] = []
    maps: list[str] = []
    repeated: list[str] = []
    snake_case: bool = False
    attributes: bool = False
    each: str = ""
    none_in: list[str] = []


def _delimiter(text: str) -> str:
    if len(text) != 1 or text in '"\r\n\0':
        raise ValueError("a delimiter is one character, and neither a quote nor the end of a line")
    return text


class CsvInput(Settings):
    """What CSV does not say of itself: how cells are separated, and what they are called where no header says it."""

    delimiter: Annotated[str, AfterValidator(_delimiter)] = ","
    columns: Annotated[list[str], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _columns_differ(self) -> Self:
        if self.columns is not None and len({*self.columns}) < len(self.columns):
            raise ValueError("a column is named twice")
        return self


class Input(Settings):
    """What the tool sends: one of what is read line by line, or any of `json`, `form` and `xml`.

    A body that begins with `<` is then XML, one that begins with `{` or `[` JSON. `form` names the field that holds
    JSON; with `true`, the fields are the document. `unwrap` is the member in which an envelope has the document, as an
    object or as JSON text; what has none is none. `envelope` is what a log has around each line, `auto` any of them.
    The second of documents that came together and have equal members `alike` is `$envelope.nth` 2, and so on.
    """

    json_: Annotated[bool, Field(alias="json")] = False
    unwrap: Annotated[str, Field(min_length=1)] | None = None
    form: Annotated[str, Field(min_length=1)] | bool = False
    xml: XmlInput | None = None
    ndjson: bool = False
    logfmt: bool = False
    csv: CsvInput | None = None
    lines: Annotated[dict[Word, str], Field(description="Named regular expressions (RE2) with named groups")] | None = (
        None
    )
    record_start: (
        Annotated[
            str, Field(description="What the first line of a record matches, where a record may be of several lines")
        ]
        | None
    ) = None
    envelope: Kind = "auto"
    alike: list[Annotated[str, Field(min_length=1)]] = []

    @property
    def of_lines(self) -> bool:
        """Whether it is read line by line."""
        return self.ndjson or self.logfmt or self.csv is not None or self.lines is not None

    @model_validator(mode="after")
    def _one(self) -> Self:
        whole = self.json_ or bool(self.form) or self.xml is not None
        if sum([whole, self.ndjson, self.logfmt, self.csv is not None, self.lines is not None]) != 1:
            raise ValueError("input is json, form, xml or several of these, or one of ndjson, logfmt, csv and lines")
        if self.record_start is not None and self.lines is None:
            raise ValueError("record_start is for lines")
        if self.unwrap is not None and not (self.json_ or self.ndjson):
            raise ValueError("unwrap is for json and ndjson")
        if whole and self.envelope != "auto":
            raise ValueError("envelope is for lines, ndjson, logfmt and csv")
        return self


_Short = Literal["json", "form", "xml", "ndjson", "logfmt", "csv"]


def _written_short(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value not in get_args(_Short):
        hint = suggestion(value, get_args(_Short)) or f"there are {', '.join(get_args(_Short))}"
        raise ValueError(f"there is no input '{value}' ({hint})")
    return {value: {} if value in ("xml", "csv") else True}


WrittenInput = Annotated[Input, BeforeValidator(_written_short, _Short | Input)]
"""An Input, or the one word of one that has nothing else to say: `input: ndjson`."""

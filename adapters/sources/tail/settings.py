"""What a tail can be told."""

from __future__ import annotations

import codecs
from typing import Annotated, Literal, Self

from adapters.mapping import EACH_LINE, Framing, Translator
from adapters.mapping.patterns import compiled
from adapters.settings import AfterValidator, Duration, Expected, Field, Size, model_validator
from adapters.sources.contract import SourceSettings


def _regular_expression(pattern: str) -> str:
    compiled(pattern)
    return pattern


def _encoding(name: str) -> str:
    """Refuses what has no newline of its own: UTF-16 without an order of bytes, codecs that are not of text."""
    try:
        codec = codecs.lookup(name)
        newline = "\n".encode(codec.name)
        twice = "\n\n".encode(codec.name)
    except LookupError:
        raise ValueError(f"'{name}' is not a character set that Python knows, such as utf-8 or latin-1") from None
    if twice != newline * 2:
        raise ValueError(f"'{name}' writes a byte order mark: name the order, such as {codec.name}-le")
    return codec.name


def framing(settings: SourceSettings, translator: Translator | None) -> Framing:
    """Which lines of a source's files are one record: as its mapping says, and a tail's own `record_start`."""
    found = translator.framing if translator else EACH_LINE
    start = settings.record_start if isinstance(settings, TailSettings) else None
    return found.starting(start) if start else found


class TailSettings(SourceSettings):
    """Files, named by globs (`**` is any depth). Links are followed within the folders above them, and into `follow`.

    Where the files are at the first start, `from: end` leaves out what is already in them. A record begins at a line
    that `record_start` matches (RE2, from its first character); without it each line is one, unless the mapping says
    otherwise. The last record of several lines waits `record_wait` for another line; a last line without its end
    waits until its file is rotated away or gone, or for `partial_wait` if that is set. Of a line longer than
    `max_line` a stub is kept.

    `settle` is how long a file that seems truncated, rotated or deleted is watched before that is final: longer than
    the attribute cache of a network share. A file that is gone for `forget` is a new one when it comes back.
    """

    type: Literal["tail"]
    paths: Annotated[tuple[str, ...], Field(min_length=1)]
    exclude: tuple[str, ...] = ()
    follow: tuple[Annotated[str, Field(pattern="^/"), Expected("a whole path, from / on")], ...] = ()
    from_: Annotated[Literal["beginning", "end"], Field(alias="from")] = "beginning"
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    record_start: Annotated[str, AfterValidator(_regular_expression)] | None = None
    record_wait: Duration = 2.0
    partial_wait: Duration | None = None
    lines_per_notification: Annotated[int, Field(ge=1, le=10_000)] = 1
    max_line: Annotated[Size, Field(ge=1 << 10, le=64 << 20)] = 1 << 20
    poll: Annotated[Duration, Field(gt=0)] = 1.0
    settle: Duration = 5.0
    forget: Duration = 7 * 86400.0
    max_open_files: Annotated[int, Field(ge=1)] = 256

    @property
    def headless(self) -> bool:
        """As in SourceSettings."""
        return True

    @model_validator(mode="after")
    def _one_record_each(self) -> Self:
        if self.record_start is not None and self.lines_per_notification > 1:
            raise ValueError("with record_start each record is a notification: leave lines_per_notification out")
        return self

"""The files that goldens and tests are fed from: what a tool sent, as it sent it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from pathlib import Path

_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Sent:
    """One notification's body, the headers that came with it, by lower-case names, and its line in the file."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    line: int = 1


def sent(path: Path) -> list[Sent]:
    """The notifications of a file: each line of a `.ndjson` that is not blank, or the whole of any other.

    A `.http` is a whole request (RFC 9112): its first line, headers, a blank line and the body.
    """
    return sent_as(path.suffix, path.read_bytes())


def sent_as(suffix: str, content: bytes) -> list[Sent]:
    """The notifications in what a file of such a name has in it."""
    if suffix == ".ndjson":
        lines = enumerate(content.splitlines(), start=1)
        return [Sent(line, line=number) for number, line in lines if line.strip()]
    return [_request(content) if suffix == ".http" else Sent(content)]


def _request(content: bytes) -> Sent:
    head, *body = _BLANK_LINE.split(content, maxsplit=1)
    headers = BytesHeaderParser().parsebytes(head.partition(b"\n")[2])
    return Sent(b"".join(body), {name.lower(): str(value) for name, value in headers.items()})

"""A line taken out of what something on its way has put around it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
"""A pattern of a time in RFC 3339, as Go and systemd write it."""


class Opened(NamedTuple):
    """The line as its program wrote it, and what its envelope says.

    `writer` tells apart those whose lines are mixed in one log; `partial`: the writer's next line is the rest of this.
    """

    text: bytes
    said: dict[str, Any]
    writer: str = ""
    partial: bool = False


Opener = Callable[[bytes], Opened | None]
"""Takes a line out of its envelope; None when it has none, or not exactly this one."""


def json_object(line: bytes) -> dict[str, Any]:
    """The members of a line that is an object of JSON; none of any other."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def known(**members: Any) -> dict[str, Any]:
    """The members that are there."""
    return {name: value for name, value in members.items() if value is not None}


def text(found: re.Match[bytes], group: str) -> str | None:
    """What a group matched, as text; None for nothing, and for the `-` that syslog writes instead."""
    value = found[group]
    return None if value in (None, b"-") else value.decode("utf-8", "replace")

"""What the shipped exports send over HTTP of odd and huge texts: still what each tool documents that it takes."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from adapters.errors import MappingError
from adapters.goldens import context
from adapters.mapping import Exporter, library, load_export
from tests.mapping.support import notification
from tests.mappings.damage import damaged, places
from tests.mappings.test_export_contracts import TOOLS

INPUTS = [(name, path) for name in TOOLS for path in sorted(library.either(name).with_name("inputs").glob("*.json"))]
ODD = [
    *("", " ", "\n", "a\nb", "\x00", "a\x00b", "..", "../..", "a/../../b", "%2e%2e/x", "<!channel> *x*", "a|b>c<d&e"),
    *("&" * 9000, "<" * 400, "é" * 5000, "\U0001f4a5" * 5000, "`" * 300, "a?b#c&d=e", "http://x/" + "&" * 2900),
    *("https://git.example.com/" + "a/" * 2000, "https://github.com/../x", "https://github.com/acme/..", "\u2028x"),
]


@pytest.mark.parametrize(("name", "path"), INPUTS, ids=lambda value: getattr(value, "name", value))
def test_whatever_a_text_is_the_tool_takes_the_message(name: str, path: Path) -> None:
    """Slack escapes, and cuts at 3000 characters; no name leads elsewhere; nothing is empty that has to be there."""
    exporter, event = _exporter(name, path), orjson.loads(path.read_bytes())
    for place in (each for each in places(event) if each[0] != "context" and isinstance(_at(event, each), str)):
        for odd in ODD:
            with suppress(MappingError):  # what is no CDEvent any more
                for message in exporter.translate(notification(damaged(event, place, odd))).events:
                    TOOLS[name].takes(message.place.path or "", orjson.loads(orjson.dumps(message.body)))


def _exporter(name: str, path: Path) -> Exporter:
    return load_export(name, variables=context(name).of(path).variables, folder=library.either(name).parent)


def _at(value: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        value = value[step]
    return value

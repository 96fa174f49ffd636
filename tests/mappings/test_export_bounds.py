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
    for place in (each for each in places(event) if isinstance(_at(event, each), str)):
        for odd in ODD:
            with suppress(MappingError):  # what is no CDEvent any more
                for message in exporter.translate(notification(damaged(event, place, odd))).events:
                    TOOLS[name].takes(message.place.path or "", orjson.loads(orjson.dumps(message.body)))


@pytest.mark.parametrize("wrong", [7, ["a"], {"a": 1}], ids=str)
@pytest.mark.parametrize("name", ["slack/message", "teams/message", "grafana/annotation"])
def test_what_is_told_may_be_told_without(name: str, wrong: object) -> None:
    """A page, a reason or a description that is no text is left out, and loses no message."""
    content = {"outcome": "failure", "environment": {"id": "prod"}, "uri": wrong, "reason": wrong, "description": wrong}
    for type_ in ("incident.detected.0.3.0", "service.deployed.0.3.0"):
        context = {"id": "1", "source": "/x", "type": f"dev.cdevents.{type_}", "timestamp": "2026-01-02T03:04:05Z"}
        event = {"context": {"specversion": "0.5.1", **context}, "subject": {"id": "till", "content": content}}
        outcome = load_export(name, variables={}).translate(notification(event))
        assert outcome.errors == ()
        (message,) = outcome.events
        TOOLS[name].takes(message.place.path or "", orjson.loads(orjson.dumps(message.body)))


def _exporter(name: str, path: Path) -> Exporter:
    return load_export(name, variables=context(name).of(path).variables, folder=library.either(name).parent)


def _at(value: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        value = value[step]
    return value

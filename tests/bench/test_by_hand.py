"""The function by hand that the mapping engine is measured against."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.cdevents.cloudevents import structured
from adapters.goldens import context, sent
from adapters.mapping import load
from adapters.mapping.library import find
from adapters.model import Format, Notification, Record
from adapters.route import Origin, renderer
from bench.by_hand import Settings, published

JENKINS = "jenkins/notification"
CONTEXT = context(JENKINS)
PATTERNS = {name: re.compile(CONTEXT.variables[name]) for name in ("deploy_jobs", "image_jobs")}
SETTINGS = Settings(CONTEXT.instance, **{**CONTEXT.variables, **PATTERNS})
ORIGIN = Origin(CONTEXT.instance, load(JENKINS, instance=CONTEXT.instance, variables=CONTEXT.variables))
RENDER = renderer(lambda _: ORIGIN, format_=Format.CDEVENTS)


@pytest.mark.parametrize("golden", sorted(find(JENKINS).with_name("inputs").iterdir()), ids=lambda path: path.name)
def test_it_writes_what_a_route_does(golden: Path) -> None:
    """The same bytes of each of the mapping's own examples: all types, links, chains, ids, and no secret."""
    [heard] = sent(golden)
    notification = Notification("jenkins", heard.body, CONTEXT.received_at, heard.headers)
    expected = [structured(message) for message in RENDER(Record(1, notification)).messages]
    assert published(heard.body, SETTINGS, CONTEXT.received_at, heard.headers) == expected

"""What the shipped mappings make is what Flux's receiver takes, by the SDK that it has: in binary mode, of 0.4.1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import requests

from adapters.cdevents.cloudevents import binary_headers
from adapters.goldens import context, sent
from adapters.mapping import library, load
from adapters.mapping.library import find, shipped
from adapters.mapping.overview import overview
from adapters.model import Encoding, Format, Message, Notification, Record, Spec
from adapters.route import Origin, renderer
from tests import brokers
from tests.mappings.support import EVERYTHING, HEARD, inputs
from tests.real import golang
from tests.service import free_port

pytestmark = pytest.mark.real

WANTED = ("dev.cdevents.change.merged.0.2.0", "dev.cdevents.artifact.published.0.2.0")


@pytest.fixture(scope="module", params=[(), WANTED], ids=["all", "wanted"])
def receiver(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, bool]]:
    """The URL of one that takes every event, or only some; and whether it is the latter."""
    port = free_port()
    program = [golang.ours(Path(__file__).parent), f"127.0.0.1:{port}", *request.param]
    with brokers.running(brokers.Server(port, program, tmp_path_factory.mktemp("flux"))) as server:
        yield f"http://{server.address}/hook/0123abc", bool(request.param)


def messages(mapping: str) -> Iterator[Message]:
    """What a route for Flux makes of a mapping's examples, but for custom events."""
    instance = context(mapping).instance
    translator = load(mapping, instance=instance, variables=EVERYTHING[mapping] | _named(mapping))
    origin = Origin(instance, translator)
    render = renderer(lambda _: origin, format_=Format.CDEVENTS, encoding=Encoding.BINARY, spec=Spec.V0_4_1)
    for file in inputs(mapping):
        for each in sent(file):
            notification = Notification(mapping, each.body, HEARD, each.headers)
            for message in render(Record(0, notification)).messages:
                if message.attributes["type"].startswith("dev.cdevents."):
                    yield message


def _named(mapping: str) -> dict[str, bool]:
    """Its SDK wants an artifact on each incident."""
    document = library.document(find(mapping), {})
    makes = {emit for outcome in overview(document).outcomes for emit in outcome.emits}
    return {"service_as_artifact": True} if any(each.startswith("incident.") for each in makes) else {}


def _refused(url: str, headers: Mapping[str, str], body: bytes) -> str:
    answer = requests.post(url, data=body, headers=dict(headers), timeout=30)
    return "" if answer.ok else f"{answer.status_code} {answer.text.strip()}"


@pytest.mark.parametrize("mapping", shipped())
def test_every_event_is_taken_or_not_wanted(receiver: tuple[str, bool], mapping: str) -> None:
    """By its whole type, whatever the case."""
    url, chooses = receiver
    for message in messages(mapping):
        found = _refused(url, binary_headers(message), message.data)
        wanted = not chooses or message.attributes["type"] in WANTED
        assert (found == "") is wanted, f"{message.attributes['type']}: {found}"

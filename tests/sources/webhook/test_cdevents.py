"""A webhook to which others post CDEvents."""

from __future__ import annotations

import orjson
import pytest

from tests.sources.webhook.conftest import Kept, Serve

TYPE = "dev.cdevents.change.merged.0.3.0"
EVENT = {"context": {"id": "7", "source": "/forge", "type": TYPE, "timestamp": "2026"}, "subject": {"id": "42"}}
ENVELOPE = {"specversion": "1.0", "id": "7", "source": "/forge", "type": TYPE}
BINARY = {f"ce-{name}": value for name, value in ENVELOPE.items()}


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({**ENVELOPE, "data": EVENT}, {"content-type": "application/cloudevents+json"}),
        ([{**ENVELOPE, "data": EVENT}], {"content-type": "application/cloudevents-batch+json"}),
        (EVENT, {"content-type": "application/json", **BINARY}),
        (EVENT, {"content-type": "application/json"}),
    ],
    ids=["structured", "batch", "binary", "bare"],
)
async def test_every_form_is_kept_as_it_came(serve: Serve, kept: Kept, body: object, headers: dict[str, str]) -> None:
    """Those of CloudEvents' HTTP binding, and the event alone."""
    sent = orjson.dumps(body)
    answer = await serve(mapped=False, cdevents=True).post("/hook", content=sent, headers=headers)
    assert answer.status_code == 202
    assert [(each.body, dict(each.headers)) for each in kept()] == [(sent, headers)]


async def test_anything_else_is_refused_with_what_is_missing(serve: Serve, kept: Kept) -> None:
    """Before it is taken: who sends it is told."""
    client = serve(mapped=False, cdevents=True)
    answer = await client.post("/hook", content=b'{"build":{"number":7}}')
    assert answer.status_code == 400
    assert answer.json()["error"] == "this is no CDEvent: context.id: is missing"
    assert kept() == []
    answer = await serve(mapped=False, cdevents=True, on_invalid="park").post("/hook", content=b"7")
    assert answer.status_code == 202

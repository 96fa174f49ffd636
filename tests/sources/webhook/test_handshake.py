"""Who asks whether it may send CloudEvents is told, if it may."""

from __future__ import annotations

import pytest

from tests.sources.webhook.conftest import Kept, Serve

ASKED = {"webhook-request-origin": "eventgrid.azure.net", "webhook-request-rate": "120"}


@pytest.mark.parametrize("origins", [["eventgrid.azure.net"], ["x.example.com", "EventGrid.azure.net"], ["*"]])
async def test_a_sender_of_the_list_may_send(serve: Serve, kept: Kept, origins: list[str]) -> None:
    """As it calls itself, at any rate, and without the credential that what it sends will need."""
    client = serve(origins=origins, auth={"bearer": "s3cret"})
    answer = await client.request("OPTIONS", "/hook", headers=ASKED)
    assert answer.status_code == 200
    assert answer.headers["webhook-allowed-origin"] == "eventgrid.azure.net"
    assert answer.headers["webhook-allowed-rate"] == "*"
    assert "POST" in answer.headers["allow"]
    assert (await client.post("/hook", content=b"{}")).status_code == 401
    assert kept() == []


@pytest.mark.parametrize("headers", [ASKED | {"webhook-request-origin": "evil.example.com"}, {}])
async def test_others_may_not(serve: Serve, headers: dict[str, str]) -> None:
    """They are told who decides."""
    answer = await serve(origins=["eventgrid.azure.net"]).request("OPTIONS", "/hook", headers=headers)
    assert (answer.status_code, "webhook-allowed-origin" in answer.headers) == (403, False)
    assert "origins" in answer.json()["hint"]


async def test_nobody_may_unless_it_is_said(serve: Serve) -> None:
    """Without `origins` a webhook knows no other method than POST."""
    assert (await serve().request("OPTIONS", "/hook", headers=ASKED)).status_code == 405

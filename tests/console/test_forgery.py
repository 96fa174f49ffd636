"""Writes of other sites are refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from adapters.console.forgery import LARGEST, unforged
from tests.console.support import HOST


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with what it was sent."""
    body = await Request(scope, receive).body()
    await PlainTextResponse(body)(scope, receive, send)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """A client of what echoes, and wants the token `right`."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(unforged(echo, "right")), base_url=HOST) as client:
        yield client


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_write_without_the_token_is_refused(client: httpx.AsyncClient, method: str) -> None:
    """Whatever it is."""
    assert (await client.request(method, "/", content=b"x")).status_code == 403


@pytest.mark.parametrize(
    "headers", [{"X-Console-Token": "wrong"}, {"X-Console-Token": "rïght"}, {"Cookie": "token=right"}]
)
async def test_a_wrong_token_is_none(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    """Neither is one in a cookie, which a browser sends for any site."""
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    assert (await client.post("/", headers=encoded)).status_code == 403


async def test_a_form_and_a_script_show_it(client: httpx.AsyncClient) -> None:
    """In a field or in a header, and what was sent arrives whole."""
    form = await client.post("/", data={"token": "right", "number": "7"})
    assert (form.status_code, parse_qs(form.text)) == (200, {"token": ["right"], "number": ["7"]})
    script = await client.post("/", content=b"text", headers={"X-Console-Token": "right"})
    assert (script.status_code, script.text) == (200, "text")


async def test_a_form_of_another_kind_shows_nothing(client: httpx.AsyncClient) -> None:
    """Only what a form of these pages is written as is looked into."""
    answer = await client.post("/", content=b"token=right", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 403


async def test_a_write_has_a_size(client: httpx.AsyncClient) -> None:
    """What is too large is refused before it is held."""
    content = b"x" * (LARGEST + 1)
    assert (await client.post("/", content=content, headers={"X-Console-Token": "right"})).status_code == 413


async def test_reading_needs_none(client: httpx.AsyncClient) -> None:
    """A link of another site may lead here."""
    assert (await client.get("/")).status_code == 200
